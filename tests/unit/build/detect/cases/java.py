"""Java and Kotlin."""

from tests.unit.build.detect.cases.case import Case

MAIN = "package com.example;\n\npublic class App {\n    public static void main(String[] args) {\n    }\n}\n"
WRAPPER = {
    "mvnw": "#!/bin/sh\n",
    ".mvn/wrapper/maven-wrapper.properties": "distributionUrl=https://repo.example/apache-maven-3.9.9-bin.zip\n",
}


def gradlew(version: str) -> dict[str, str]:
    return {
        "gradlew": "#!/bin/sh\n",
        "gradle/wrapper/gradle-wrapper.properties": f"distributionUrl=https\\://services.gradle.org/distributions/gradle-{version}-bin.zip\n",
    }


def pom(
    *groups: str,
    parent: str = "",
    plugins: tuple[str, ...] = (),
    properties: str = "<java.version>17</java.version>",
    more: str = "",
) -> str:
    dependencies = "".join(f"<dependency><groupId>{group}</groupId><artifactId>x</artifactId></dependency>" for group in groups)
    built = "".join(f"<plugin><artifactId>{plugin}</artifactId></plugin>" for plugin in plugins)
    above = f"<parent><groupId>{parent}</groupId><artifactId>p</artifactId></parent>" if parent else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">{above}<artifactId>app</artifactId>'
        f"<properties>{properties}</properties>{more}<dependencies>{dependencies}</dependencies><build><plugins>{built}</plugins></build></project>\n"
    )


SPRING = pom("org.springframework.boot", parent="org.springframework.boot", plugins=("spring-boot-maven-plugin",))
PACKAGE = "mvn --batch-mode -DskipTests package"


def gradle(*plugins: str, more: str = "") -> str:
    return "plugins {\n" + "".join(f"    id '{plugin}'\n" for plugin in plugins) + "}\n" + more


def kotlin(*plugins: str, more: str = "") -> str:
    return (
        'plugins {\n    kotlin("jvm") version "2.1.0"\n'
        + "".join(f'    id("{plugin}") version "3.0.0"\n' for plugin in plugins)
        + "}\n"
        + more
    )


def by_gradle(task: str) -> tuple[str, ...]:
    return (f"gradle --no-daemon --console=plain {task}",)


BOOT_WAR = (
    "<project><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>"
    "<version>%s</version></parent><packaging>war</packaging>%s</project>"
)

CASES = [
    Case(
        "conventions of gradle init",
        {
            "settings.gradle.kts": 'rootProject.name = "x"\ninclude("app", "list")\n',
            "app/build.gradle.kts": 'plugins {\n    id("buildlogic.java-application-conventions")\n}\n\napplication {\n    mainClass = "org.example.App"\n}\n',
            "list/build.gradle.kts": 'plugins {\n    id("buildlogic.java-library-conventions")\n}\n',
        },
        {"build": by_gradle(":app:installDist"), "start": "java -cp 'lib/*' org.example.App", "details": {"output": "app/build/install/*/lib/"}},
    ),
    Case(
        "Spring Boot by Maven", {"pom.xml": SPRING, "src/main/java/com/example/App.java": MAIN},
        {"version": "17", "package_manager": "maven", "framework": "spring-boot", "start": "java -jar app.jar", "build": (PACKAGE,),
         "details": {"env": {"SERVER_PORT": "8080"}, "kind": "jar", "output": "target/"},
         "images": {"base": "maven:3-eclipse-temurin-17", "run": "eclipse-temurin:17-jre"},
         "sources": {"version": "pom.xml java.version", "package_manager": "pom.xml", "start": "pom.xml", "framework": "pom.xml"}},
    ),
    Case("pages by a profile of Maven", {"pom.xml": SPRING.replace("</project>", "<profiles><profile><id>it</id></profile><profile><id>production</id><build><plugins><plugin><artifactId>vaadin-maven-plugin</artifactId></plugin></plugins></build></profile></profiles></project>")},
         {"build": ("mvn --batch-mode -DskipTests -Pproduction package",), "start": "java -jar app.jar"}),
    Case("a profile of Maven for settings", {"pom.xml": SPRING.replace("</project>", "<profiles><profile><id>prod</id><properties><a>b</a></properties></profile></profiles></project>")}, {"build": (PACKAGE,)}),
    Case("Spring Boot by Maven's wrapper", {"pom.xml": SPRING, **WRAPPER}, {"build": ("sh ./mvnw --batch-mode -DskipTests package",), "images": {"base": "eclipse-temurin:17-jdk"}}),
    Case("Spring Boot by Gradle", {"build.gradle": gradle("java", "org.springframework.boot", more="sourceCompatibility = '17'\n")},
         {"version": "17", "package_manager": "gradle", "framework": "spring-boot", "build": by_gradle("bootJar"), "images": {"base": "gradle:jdk17"},
          "details": {"output": "build/libs/", "env": {"SERVER_PORT": "8080"}}, "sources": {"version": "build.gradle"}}),
    Case("Spring Boot in Kotlin", {"build.gradle.kts": kotlin("org.springframework.boot", more="java {\n    toolchain {\n        languageVersion = JavaLanguageVersion.of(21)\n    }\n}\n"), **gradlew("8.12")},
         {"version": "21", "framework": "spring-boot", "build": ("sh ./gradlew --no-daemon --console=plain bootJar",), "images": {"base": "eclipse-temurin:21-jdk"}}),
    Case("Quarkus by Maven", {"pom.xml": pom("io.quarkus", plugins=("quarkus-maven-plugin",), properties="<maven.compiler.release>21</maven.compiler.release>")},
         {"framework": "quarkus", "version": "21", "start": "java -jar quarkus-run.jar", "details": {"kind": "quarkus", "env": {"QUARKUS_HTTP_HOST": "0.0.0.0", "QUARKUS_HTTP_PORT": "8080"}}}),
    Case("Quarkus by Gradle", {"build.gradle": gradle("java", "io.quarkus")}, {"framework": "quarkus", "build": by_gradle("build -x test"), "details": {"output": "build/"}}),
    Case("Micronaut by Maven", {"pom.xml": pom("io.micronaut", parent="io.micronaut.platform", plugins=("micronaut-maven-plugin", "maven-shade-plugin"))},
         {"framework": "micronaut", "start": "java -jar app.jar", "details": {"env": {"MICRONAUT_SERVER_PORT": "8080"}}}),
    Case("Micronaut by Gradle", {"build.gradle": gradle("com.gradleup.shadow", "io.micronaut.application", more='application {\n    mainClass = "example.Application"\n}\n')},
         {"framework": "micronaut", "build": by_gradle("shadowJar")}),
    Case("Dropwizard", {"pom.xml": pom("io.dropwizard", plugins=("maven-shade-plugin",)), "config.yml": "server: {}\n"},
         {"framework": "dropwizard", "start": "java '-Ddw.server.applicationConnectors[0].port=8080' -jar app.jar server config.yml", "details": {"kept": ("config.yml",)}}),
    Case("Ktor", {"build.gradle.kts": kotlin("io.ktor.plugin", more='kotlin { jvmToolchain(17) }\n')}, {"framework": "ktor", "build": by_gradle("buildFatJar"), "version": "17"}),
    Case("Ktor by a version catalog", {"build.gradle.kts": "plugins {\n    alias(libs.plugins.kotlin.jvm)\n    alias(libs.plugins.ktor)\n}\n",
                                       "gradle/libs.versions.toml": '[plugins]\nktor = { id = "io.ktor.plugin", version = "3.0.0" }\nkotlin-jvm = { id = "org.jetbrains.kotlin.jvm", version = "2.0" }\n'},
         {"framework": "ktor", "build": by_gradle("buildFatJar")}),
    Case("Ktor as an application", {"build.gradle.kts": kotlin(more='application\nval x = "io.ktor:ktor-server-netty:3.0.0"\napplication {\n    mainClass.set("com.example.ApplicationKt")\n}\n')},
         {"framework": "ktor", "build": by_gradle("installDist"), "start": "java -cp 'lib/*' com.example.ApplicationKt", "details": {"output": "build/install/*/lib/"}}),
    Case("a jar with Main-Class by Maven", {"pom.xml": pom(plugins=("maven-jar-plugin",), more="<build><x><manifest><mainClass>\n a.Main\n</mainClass></manifest></x></build>"), "src/main/java/a/Main.java": ""},
         {"framework": None, "start": "java -cp 'lib/*' a.Main", "details": {"kind": "classes"}}),
    Case("a class with main by Maven", {"pom.xml": pom(), "src/main/java/com/example/App.java": MAIN}, {"start": "java -cp 'lib/*' com.example.App"}),
    Case("one jar with all by Maven", {"pom.xml": pom(plugins=("maven-assembly-plugin",))}, {"start": "java -jar app.jar", "details": {"kind": "jar"}}),
    Case("a jar with Main-Class by Gradle", {"build.gradle": "apply plugin: 'java'\njar {\n  manifest {\n    attributes('Main-Class': 'hello.HelloWorld')\n  }\n}\n"},
         {"start": "java -jar app.jar", "build": by_gradle("build -x test")}),
    Case("an application by Gradle, in Kotlin", {"build.gradle.kts": kotlin("application", more="application {\n    mainClass = \"x.MainKt\"\n}\n")}, {"start": "java -cp 'lib/*' x.MainKt"}),
    Case("a plain jar by Gradle", {"build.gradle": "apply plugin: 'java'\n", "src/main/java/a/Hello.java": "package a;\n\nclass Hello {\n    public static void main(String[] args) {}\n}\n"},
         {"start": "java -cp 'lib/*' a.Hello", "details": {"kind": "classes", "output": "build/libs/"}}),
    Case("main in Kotlin", {"build.gradle.kts": kotlin("application"), "src/main/kotlin/server.kt": "package web\n\nfun main() {\n}\n"}, {"start": "java -cp 'lib/*' web.ServerKt"}),
    Case("modules by Maven", {"pom.xml": pom(more="<packaging>pom</packaging><modules><module>lib</module><module>web</module></modules>"),
                              "lib/pom.xml": pom(), "web/pom.xml": pom("org.springframework.boot", plugins=("spring-boot-maven-plugin",), properties="")},
         {"framework": "spring-boot", "version": "17", "build": ("mvn --batch-mode -DskipTests --projects web --also-make package",), "details": {"output": "web/target/"},
          "sources": {"package_manager": "web/pom.xml", "version": "pom.xml java.version"}}),
    Case("modules by Gradle", {"settings.gradle.kts": 'rootProject.name = "all"\ninclude(":lib", ":apps:web")\n', "lib/build.gradle.kts": kotlin("java-library"),
                               "apps/web/build.gradle.kts": kotlin("org.springframework.boot"), "apps/web/src/main/kotlin/A.kt": "fun main() {\n}\n"},
         {"framework": "spring-boot", "build": by_gradle(":apps:web:bootJar"), "details": {"output": "apps/web/build/libs/"}}),
    Case("web archive", {"pom.xml": pom(more="<packaging>war</packaging>")}, {"start": "catalina.sh run", "images": {"run": "tomcat:10.1-jre17-temurin"}}),
    Case("web archive of before Jakarta", {"pom.xml": pom("javax.servlet", more="<packaging>war</packaging>")}, {"images": {"run": "tomcat:9.0-jre17-temurin"}}),
    Case("web archive whose sources are of before Jakarta", {"pom.xml": pom(more="<packaging>war</packaging>"),
         "src/main/java/a/Hello.java": "package a;\n\nimport javax.servlet.http.HttpServlet;\n"}, {"images": {"run": "tomcat:9.0-jre17-temurin"}}),
    Case("web archive for a server that has more than Tomcat", {"pom.xml": pom(more="<packaging>war</packaging><dependencies><dependency><groupId>jakarta.platform</groupId>"
         "<artifactId>jakarta.jakartaee-api</artifactId><scope>provided</scope></dependency></dependencies>"), "src/main/java/a/Hello.java": "package a;\n\nimport jakarta.ws.rs.GET;\n"},
         {"start": "catalina.sh run", "warnings": ("its sources import jakarta.ws.rs, which pom.xml leaves to the server, and Tomcat has not",)}),
    Case("web archive that brings what its API is of", {"pom.xml": pom(more="<packaging>war</packaging><dependencies><dependency><groupId>javax.ws.rs</groupId><artifactId>javax.ws.rs-api</artifactId><scope>provided</scope></dependency>"
         "<dependency><groupId>org.glassfish.jersey.containers</groupId><artifactId>jersey-container-servlet</artifactId></dependency></dependencies>"), "src/main/java/a/Hello.java": "package a;\n\nimport javax.ws.rs.GET;\n"},
         {"start": "catalina.sh run", "warnings": ()}),
    Case("web archive that brings its own CDI", {"pom.xml": pom("org.jboss.weld.servlet", more="<packaging>war</packaging>"), "src/main/java/a/Hello.java": "package a;\n\nimport jakarta.inject.Inject;\n"},
         {"start": "catalina.sh run", "warnings": ()}),
    Case("web archive of Spring Boot 2 on Java 8", {"pom.xml": BOOT_WAR % ("2.7.18", "<properties><java.version>1.8</java.version></properties>")},
         {"framework": "spring-boot", "start": "catalina.sh run", "images": {"run": "tomcat:9.0-jre8-temurin"}}),
    Case("web archive of Spring Boot 4 that runs on no server of its own", {"pom.xml": BOOT_WAR % ("4.0.1", "<build><plugins><plugin>"
         "<artifactId>spring-boot-maven-plugin</artifactId><configuration><skip>true</skip></configuration></plugin></plugins></build>")},
         {"start": "catalina.sh run", "details": {"kind": "war"}, "images": {"run": "tomcat:11.0-jre21-temurin"}}),
    Case("sources without a build tool", {"Main.java": "public class Main { public static void main(String[] a) {} }\n"},
         {"package_manager": "none", "start": "java -cp classes Main", "version": "21", "images": {"base": "eclipse-temurin:21-jdk"}, "sources": {"version": "default", "start": "Main.java"}}),
    Case("version of system.properties", {"pom.xml": SPRING, "system.properties": "java.runtime.version=21\n"}, {"version": "21", "sources": {"version": "system.properties"}}),
    Case("version of .java-version", {"pom.xml": SPRING, ".java-version": "temurin-21.0.3\n"}, {"version": "21", "sources": {"version": ".java-version"}}),
    Case("version of .sdkmanrc", {"pom.xml": SPRING, ".sdkmanrc": "# x\njava=25-tem\n"}, {"version": "25", "sources": {"version": ".sdkmanrc"}}),
    Case("version of asdf", {"pom.xml": SPRING, ".tool-versions": "java temurin-21.0.2+13.0.LTS\n"}, {"version": "21", "sources": {"version": ".tool-versions"}}),
    Case("Java 8", {"pom.xml": pom(properties="<java.version>1.8</java.version>", plugins=("spring-boot-maven-plugin",))}, {"version": "8"}),
    Case("a release without long support", {"pom.xml": pom(properties="<java.version>14</java.version>", plugins=("spring-boot-maven-plugin",))}, {"version": "17"}),
    Case("a Gradle that is too old for the default", {"build.gradle": gradle("application", more="mainClassName = 'a.B'\n"), **gradlew("7.4.2")}, {"version": "17", "start": "java -cp 'lib/*' a.B"}),
    Case("a Gradle that is too new for the sources", {"build.gradle": gradle("org.springframework.boot", more="sourceCompatibility = 1.8\n"), **gradlew("9.0.0")}, {"version": "17"}),
    Case("a build by Gradle that calls npm", {"build.gradle": gradle("org.springframework.boot", more="task pages(type: Exec) {\n    commandLine 'npm', 'ci'\n}\n"), **gradlew("9.1.0")},
         {"images": {"node": "node:24-slim"}}),
    Case("a build by Maven that calls npm", {"pom.xml": pom(plugins=("spring-boot-maven-plugin",), more="<x><executable>npm</executable></x>")}, {"images": {"node": "node:24-slim"}}),
    Case("Procfile with a pattern", {"pom.xml": SPRING, "Procfile": "web: java -jar target/app-*.jar\n"},
         {"start": "sh -c 'exec java -jar target/app-*.jar'", "details": {"kind": "kept", "kept": ("target",)}}),
    Case("Procfile with a jar", {"pom.xml": SPRING, "Procfile": "web: java $JAVA_OPTS -Dserver.port=$PORT -jar target/app-1.0.jar\n"},
         {"start": "sh -c 'exec java $JAVA_OPTS -Dserver.port=$PORT -jar target/app-1.0.jar'", "details": {"kind": "kept", "kept": ("target",)}, "sources": {"start": "Procfile"}}),
    Case("a port in the source", {"pom.xml": pom("io.javalin", plugins=("maven-shade-plugin",)), "src/main/java/App.java": MAIN.replace("args) {", "args) {\n        Javalin.create().start(7070);")},
         {"port": 7070, "framework": "javalin", "warnings": ("src/main/java/App.java listens on 7070",), "sources": {"port": "src/main/java/App.java"}}),
    Case("a port in the source of Kotlin", {"build.gradle.kts": 'plugins {\n    id("io.ktor.plugin")\n}\n', **gradlew("9.1.0"), "src/main/kotlin/A.kt": "fun main() { embeddedServer(Netty, port = 9090) {} }\n"},
         {"port": 9090, "warnings": ("src/main/kotlin/A.kt listens on 9090",)}),
    Case("an assembly that no phase makes", {"pom.xml": pom("com.sparkjava", plugins=("maven-assembly-plugin",))}, {"build": (f"{PACKAGE} assembly:single",), "start": "java -jar app.jar"}),
    Case("several programs by Maven", {"pom.xml": pom(more="<packaging>pom</packaging><modules><module>users</module><module>orders</module></modules>"),
          "users/pom.xml": SPRING, "orders/pom.xml": SPRING}, {"build": ("mvn --batch-mode -DskipTests --projects users --also-make package",), "warnings": ("has several programs (orders, users); users is started",)}),
    Case("a program by Gradle that a Procfile names", {"settings.gradle": "include 'apps:users', 'apps:orders'\n", "apps/users/build.gradle": gradle("org.springframework.boot"),
          "apps/orders/build.gradle": gradle("org.springframework.boot"), "Procfile": "web: java -jar apps/orders/build/libs/orders.jar\n", **gradlew("9.1.0")},
         {"build": ("sh ./gradlew --no-daemon --console=plain :apps:orders:bootJar",), "start": "java -jar apps/orders/build/libs/orders.jar", "details": {"kept": ("apps/orders/build",)}}),
    Case("a build by Gradle that brings nothing along", {"build.gradle": gradle("java", more="dependencies {\n    implementation 'io.vertx:vertx-core:4.5.0'\n}\n"), **gradlew("9.1.0"), "src/main/java/App.java": MAIN},
         {"start": "java -cp 'lib/*' com.example.App", "warnings": ("build.gradle applies no plugin that brings along",)}),
    Case("a program by Maven that a Procfile names", {"pom.xml": pom(more="<packaging>pom</packaging><modules><module>users</module><module>orders</module></modules>"),
          "users/pom.xml": SPRING, "orders/pom.xml": SPRING, "Procfile": "web: java -jar orders/target/orders.jar\n"},
         {"build": ("mvn --batch-mode -DskipTests --projects orders --also-make package",), "start": "java -jar orders/target/orders.jar", "warnings": (), "details": {"kept": ("orders/target",)}}),
]  # fmt: skip
NOT_RUN = {
    case.title: "neither Maven Central nor Gradle's plugins can be reached where the tests run; sources without a build tool are run"
    for case in CASES
    if case.title != "sources without a build tool"
}
