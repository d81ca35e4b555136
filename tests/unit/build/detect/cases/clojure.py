"""Clojure."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("Leiningen", {"project.clj": '(defproject hello "0.1.0"\n  :dependencies [[org.clojure/clojure "1.12.0"] [ring/ring-core "1.12"]]\n  :main ^:skip-aot hello.core)\n'},
         {"package_manager": "leiningen", "start": "java -jar app.jar", "build": ("lein uberjar",), "framework": "ring", "images": {"base": "clojure:temurin-21-lein", "run": "eclipse-temurin:21-jre"}}),
    Case("tools.deps with a build", {"deps.edn": '{:paths ["src"] :deps {metosin/reitit {:mvn/version "0.7"}}}', "build.clj": "(ns build)\n(defn uber [_])\n"},
         {"package_manager": "tools.deps", "start": "java -jar app.jar", "build": ("clojure -T:build uber",), "framework": "reitit"}),
    Case("tools.deps without a build", {"deps.edn": '{:aliases {:run {:main-opts ["-m" "hello.core"]}}}'}, {"start": "clojure -M:run", "details": {"jar": False}}),
    Case("Procfile with a jar", {"project.clj": "(defproject x)", "Procfile": "web: java -jar target/x-standalone.jar\n"}, {"start": "java -jar target/x-standalone.jar", "details": {"target": True}}),
    Case("tools.deps with a build of another name", {"deps.edn": '{:paths ["src"]}', "build.clj": "(ns build)\n\n(defn- options [o] o)\n\n(defn test [o] o)\n\n(defn ci [o]\n  (b/uber (options o)))\n"},
         {"start": "java -jar app.jar", "build": ("clojure -T:build ci",)}),
    Case("a port in the source", {"project.clj": "(defproject x)", "src/x/core.clj": "(defn -main [] (run-jetty app {:port 3000 :join? false}))\n"},
         {"port": 3000, "warnings": ("src/x/core.clj listens on 3000",), "sources": {"port": "src/x/core.clj"}}),
]  # fmt: skip
NOT_RUN = {case.title: "Maven Central and Clojars cannot be reached where the tests run" for case in CASES}
