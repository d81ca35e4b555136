"""C and C++."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("CMake", {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(hello LANGUAGES CXX)\nadd_executable(hello main.cc)\n", "main.cc": ""},
         {"package_manager": "cmake", "start": "bin/hello", "images": {"base": "buildpack-deps:trixie", "run": "debian:trixie-slim"}}),
    Case("CMake with a variable", {"CMakeLists.txt": "project(web)\nadd_executable(${PROJECT_NAME} main.c)\nadd_executable(tool tool.c)\n"}, {"start": "bin/web"}),
    Case("CMake with folders", {"CMakeLists.txt": "project(all)\nadd_subdirectory(src)\n", "src/CMakeLists.txt": "add_executable(server main.c)\n"}, {"start": "bin/server"}),
    Case("Meson", {"meson.build": "project('hello', ['cpp'])\nexecutable('hello', ['main.cc'])\n"}, {"package_manager": "meson", "start": "bin/hello", "details": {"meson": True}}),
    Case("a port in the source", {"CMakeLists.txt": "project(hello)\nadd_executable(hello src/main.cpp)\n", "src/main.cpp": 'int main() { app.bindaddr("127.0.0.1").multithreaded().port(3000).run(); }\n'},
         {"port": 3000, "warnings": ("src/main.cpp listens on 127.0.0.1", "src/main.cpp listens on 3000"), "sources": {"port": "src/main.cpp"}}),
]  # fmt: skip
NOT_RUN = {case.title: "no stand-in is made of its image" for case in CASES}
