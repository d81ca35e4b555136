"""Scala."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("sbt-native-packager", {"build.sbt": 'lazy val root = (project in file("."))\n  .enablePlugins(JavaAppPackaging)\n  .settings(name := "Hello World")\n',
                                 "project/build.properties": "sbt.version=1.11.0\n", "project/plugins.sbt": 'addSbtPlugin("com.github.sbt" % "sbt-native-packager" % "1.11.1")\n'},
         {"package_manager": "sbt", "start": "bin/hello-world", "version": "21", "warnings": (), "details": {"task": "stage"},
          "sources": {"package_manager": "project/build.properties", "version": "default"}}),
    Case("Play with a name in three quotes", {"build.sbt": 'name := """web-shop"""\nlazy val root = (project in file(".")).enablePlugins(PlayScala)\n'},
         {"start": "bin/web-shop -Dhttp.port=8080 -Dpidfile.path=/dev/null"}),
    Case("Play", {"build.sbt": 'name := "web"\nlazy val root = (project in file(".")).enablePlugins(PlayScala)\n', "system.properties": "java.runtime.version=17\n"},
         {"framework": "play", "version": "17", "start": "bin/web -Dhttp.port=8080 -Dpidfile.path=/dev/null"}),
    Case("a script of another name", {"build.sbt": 'name := "web"\nexecutableScriptName := "main"\nenablePlugins(JavaAppPackaging)\n'}, {"start": "bin/main"}),
    Case("sbt-assembly", {"build.sbt": 'name := "x"\n', "project/plugins.sbt": 'addSbtPlugin("com.eed3si9n" % "sbt-assembly" % "2.3.1")\n'}, {"start": "java -jar app.jar", "warnings": ()}),
    Case("Procfile", {"build.sbt": 'name := "x"\nenablePlugins(JavaAppPackaging)\n', "Procfile": "web: target/universal/stage/bin/x -Dhttp.port=${PORT}\n"},
         {"start": "target/universal/stage/bin/x -Dhttp.port=8080", "details": {"target": True}}),
    Case("an old sbt", {"build.sbt": 'name := "x"\nenablePlugins(JavaAppPackaging)\n', "project/build.properties": "sbt.version = 1.5.8\n"},
         {"version": "11", "sources": {"version": "project/build.properties sbt.version"}}),
    Case("an old sbt, and the version of Java", {"build.sbt": 'name := "x"\nenablePlugins(JavaAppPackaging)\n', "project/build.properties": "sbt.version=1.8.2\n", ".java-version": "11"},
         {"version": "11", "sources": {"version": ".java-version"}}),
    Case("Play with a secret of its environment", {"build.sbt": 'name := "web"\nenablePlugins(PlayScala)\n', "conf/application.conf": "play.http.secret.key = ${?SECRET}\n"}, {"warnings": ()}),
    Case("Play without a secret", {"build.sbt": 'name := "web"\nenablePlugins(PlayScala)\n', "conf/application.conf": ""}, {"warnings": ("Play needs play.http.secret.key",)}),
]  # fmt: skip
NOT_RUN = {case.title: "Maven Central cannot be reached where the tests run" for case in CASES}
