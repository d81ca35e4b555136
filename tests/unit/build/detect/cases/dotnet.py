""".NET."""

from tests.unit.build.detect.cases.case import Case


def project(sdk: str = "Microsoft.NET.Sdk.Web", target: str = "<TargetFramework>net8.0</TargetFramework>", more: str = "") -> str:
    return f'<Project Sdk="{sdk}">\n  <PropertyGroup>\n    {target}\n  </PropertyGroup>\n{more}</Project>\n'


CONSOLE = project("Microsoft.NET.Sdk", "<OutputType>Exe</OutputType><TargetFramework>net9.0</TargetFramework>")
LIBRARY = project("Microsoft.NET.Sdk")
TESTS = project(
    "Microsoft.NET.Sdk", more='<ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" Version="17" /></ItemGroup>'
)


def solution(*paths: str) -> str:
    return "\ufeffMicrosoft Visual Studio Solution File\n" + "".join(
        f'Project("{{FAE0}}") = "x", "{path}", "{{1}}"\nEndProject\n' for path in paths
    )


CASES = [
    Case(
        "Procfile of Heroku",
        {"Web.csproj": project(), "Procfile": "web: cd bin/publish/; ./Web --urls http://*:$PORT\n"},
        {"start": "dotnet Web.dll", "sources": {"start": "Procfile"}},
    ),
    Case(
        "web server in C#", {"Web.csproj": project(), "Program.cs": ""},
        {"version": "8.0", "package_manager": "nuget", "framework": "aspnetcore", "start": "dotnet Web.dll", "warnings": (),
         "images": {"base": "mcr.microsoft.com/dotnet/sdk:8.0", "run": "mcr.microsoft.com/dotnet/aspnet:8.0"}, "details": {"env": {"ASPNETCORE_HTTP_PORTS": "8080"}},
         "sources": {"version": "Web.csproj TargetFramework", "start": "Web.csproj"}},
    ),
    Case("web server before .NET 8", {"Web.csproj": project(target="<TargetFramework>net6.0</TargetFramework>")}, {"version": "6.0", "details": {"env": {"ASPNETCORE_URLS": "http://+:8080"}}}),
    Case("program in C#", {"Tool.csproj": CONSOLE}, {"framework": None, "images": {"run": "mcr.microsoft.com/dotnet/runtime:9.0"}, "details": {"env": {}}}),
    Case("program in F#", {"App.fsproj": CONSOLE, "Program.fs": ""}, {"start": "dotnet App.dll", "version": "9.0"}),
    Case("web server in F#", {"App.fsproj": project(), "Program.fs": ""}, {"framework": "aspnetcore"}),
    Case("named assembly", {"Web.csproj": project(more="<PropertyGroup><AssemblyName>site</AssemblyName></PropertyGroup>")}, {"start": "dotnet site.dll"}),
    Case("solution", {"All.sln": solution(r"src\Web\Web.csproj", r"src\Lib\Lib.csproj", r"test\Web.Tests\Web.Tests.csproj"), "src/Web/Web.csproj": project(),
                      "src/Lib/Lib.csproj": LIBRARY, "test/Web.Tests/Web.Tests.csproj": TESTS},
         {"start": "dotnet Web.dll", "details": {"project": "src/Web/Web.csproj"}}),
    Case("solution in XML", {"All.slnx": '<Solution><Project Path="App/App.csproj" /></Solution>', "App/App.csproj": project()}, {"details": {"project": "App/App.csproj"}}),
    Case("several frameworks", {"Web.csproj": project(target="<TargetFrameworks>net8.0;net9.0</TargetFrameworks>")}, {"version": "9.0"}),
    Case("framework of Directory.Build.props", {"Web.csproj": project(target=""), "Directory.Build.props": project("", "<TargetFramework>net9.0</TargetFramework>")},
         {"version": "9.0", "sources": {"version": "Directory.Build.props TargetFramework"}}),
    Case("SDK of global.json", {"Web.csproj": project(), "global.json": {"sdk": {"version": "9.0.100", "rollForward": "latestFeature"}}},
         {"version": "8.0", "images": {"base": "mcr.microsoft.com/dotnet/sdk:9.0", "run": "mcr.microsoft.com/dotnet/aspnet:8.0"}}),
    Case("just the SDK of global.json", {"Web.csproj": project(), "global.json": {"sdk": {"version": "8.0.100"}}}, {"images": {"base": "mcr.microsoft.com/dotnet/sdk:8.0.100"}}),
    Case("locked packages", {"Web.csproj": project(), "packages.lock.json": {}}, {"details": {"locked": True}, "sources": {"package_manager": "packages.lock.json"}}),
    Case("a project that .deployment names", {".deployment": "[config]\nproject = src/web/Web.csproj\n", "src/web/Web.csproj": project(), "src/other/Other.csproj": project()},
         {"start": "dotnet Web.dll", "details": {"project": "src/web/Web.csproj"}}),
    Case("a build that calls npm", {"Web.csproj": project(more='<Target Name="Pages"><Exec WorkingDirectory="pages" Command="npm ci" /></Target>'), "pages/package.json": {}},
         {"images": {"node": "node:24-slim"}}),
    Case("pages in a project of JavaScript", {"Web.csproj": project(more='<ItemGroup><ProjectReference Include="..\\pages\\pages.esproj" /></ItemGroup>'), ".nvmrc": "22"},
         {"images": {"node": "node:22-slim"}}),
    Case(".NET Core", {"Web.csproj": project(target="<TargetFramework>netcoreapp3.1</TargetFramework>")}, {"version": "3.1"}),
    Case("several web servers", {"All.sln": solution(r"src\Web\Web.csproj", r"src\Api\Api.csproj"), "src/Web/Web.csproj": project(), "src/Api/Api.csproj": project()},
         {"start": "dotnet Web.dll", "warnings": ("has several programs (src/Api/Api.csproj, src/Web/Web.csproj); src/Web/Web.csproj is started",)}),
    Case("a program of the processor", {"Web.csproj": project(more="<PropertyGroup><PublishAot>true</PublishAot></PropertyGroup>")},
         {"start": "dotnet Web.dll", "details": {"flags": " -p:PublishAot=false"}}),
    Case("Aspire's host beside the app", {"All.slnx": '<Solution><Project Path="src/AppHost/AppHost.csproj" /><Project Path="src/Web/Web.csproj" /></Solution>',
                                          "src/AppHost/AppHost.csproj": project("Aspire.AppHost.Sdk/13.0.0", "<OutputType>Exe</OutputType><TargetFramework>net8.0</TargetFramework>"),
                                          "src/Web/Web.csproj": project()},
         {"start": "dotnet Web.dll", "warnings": (), "details": {"project": "src/Web/Web.csproj"}}),
    Case("a release without images", {"Web.csproj": project(target="<TargetFramework>netcoreapp2.0</TargetFramework>")},
         {"version": "2.1", "images": {"base": "mcr.microsoft.com/dotnet/sdk:2.1", "run": "mcr.microsoft.com/dotnet/aspnet:2.1"}}),
    Case("a release whose images are elsewhere", {"Web.csproj": project(target="<TargetFramework>netcoreapp2.2</TargetFramework>")},
         {"version": "2.2", "images": {"base": "mcr.microsoft.com/dotnet/core/sdk:2.2", "run": "mcr.microsoft.com/dotnet/core/aspnet:2.2"}}),
    Case("projects in folders, without a solution", {"README.md": "", "Shop/Shop.csproj": project(), "Shop/wwwroot/index.html": "", "Tool/Tool.csproj": CONSOLE, "test/Shop.Tests.csproj": TESTS},
         {"start": "dotnet Shop.dll", "framework": "aspnetcore", "details": {"project": "Shop/Shop.csproj"}, "warnings": ()}),
    Case("a port of Saturn", {"App.fsproj": project(), "Program.fs": 'let app = application {\n    url "http://0.0.0.0:8085/"\n}\n'},
         {"port": 8085, "warnings": ("Program.fs listens on 8085",)}),
    Case("a port of Kestrel", {"Web.csproj": project(), "Program.cs": 'builder.WebHost.ConfigureKestrel(options =>\n{\n    options.ListenAnyIP(5000);\n    options.ListenAnyIP(7001, listen => listen.UseHttps());\n});\n'},
         {"port": 5000, "warnings": ("Program.cs listens on 5000",), "sources": {"port": "Program.cs"}}),
    Case("the address of another in settings", {"Web.csproj": project(), "Program.cs": "", "appsettings.json": '{\n  "Other": {"Urls": "http://localhost:7001"}\n}\n'}, {"port": 8080, "warnings": ()}),
    Case("a port in settings", {"Web.csproj": project(), "Program.cs": "", "appsettings.json": '{\n  "Urls": "http://localhost:5005"\n}\n'}, {"port": 5005, "warnings": ("listens on 127.0.0.1", "appsettings.json listens on 5005")}),
    Case("a port in the source", {"Web.csproj": project(), "Program.cs": 'app.Run("http://localhost:3000");\n'},
         {"port": 3000, "warnings": ("Program.cs listens on 127.0.0.1", "Program.cs listens on 3000"), "sources": {"port": "Program.cs"}}),
]  # fmt: skip
NOT_RUN = {case.title: "Debian has no .NET" for case in CASES}
