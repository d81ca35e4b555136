"""Python apps of every kind that is recognised."""

from tests.unit.build.detect.cases.case import Case

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
MANAGE = "import os\nfrom django.core.management import execute_from_command_line\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n"
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
ASGI = "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n"
RUN = "if __name__ == '__main__':\n    print(1)\n"
DJANGO = {
    "manage.py": MANAGE,
    "site1/__init__.py": "",
    "site1/settings.py": "DEBUG = False\n",
    "site1/wsgi.py": WSGI,
    "site1/asgi.py": ASGI,
}
GUNICORN = "gunicorn --bind 0.0.0.0:8080"
UVICORN = "--host 0.0.0.0 --port 8080"


def pyproject(*dependencies: str, more: str = "", python: str = ">=3.9") -> str:
    return f'[project]\nname = "shop"\nversion = "1"\nrequires-python = "{python}"\ndependencies = {list(dependencies)}\n{more}'


BUILD_SYSTEM = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
POETRY = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\n{}\n'

MANAGERS = [
    Case("pip with requirements.txt", {"requirements.txt": "flask==3\ngunicorn==23\n", "app.py": FLASK},
         {"version": "3.13", "package_manager": "pip", "framework": "flask", "start": f"{GUNICORN} app:app", "warnings": (),
          "sources": {"version": "default", "package_manager": "requirements.txt", "start": "app.py", "port": "default"}}),
    Case("pip with a folder of requirements", {"requirements/prod.txt": "-r base.txt\ngunicorn==23", "requirements/base.txt": "flask==3", "app.py": FLASK},
         {"package_manager": "pip", "start": f"{GUNICORN} app:app", "sources": {"package_manager": "requirements/prod.txt"}}),
    Case("uv", {"uv.lock": "", "pyproject.toml": pyproject("fastapi", "uvicorn"), "main.py": FASTAPI},
         {"package_manager": "uv", "framework": "fastapi", "start": f"uvicorn main:app {UVICORN}", "warnings": (), "sources": {"package_manager": "uv.lock"}}),
    Case("uv with a package in src, started by its script",
         {"uv.lock": "", "pyproject.toml": pyproject("httpx", more='[project.scripts]\nshop = "shop:main"\n' + BUILD_SYSTEM), "src/shop/__init__.py": "def main(): ..."},
         {"package_manager": "uv", "framework": None, "start": "shop", "sources": {"start": "pyproject.toml project.scripts.shop"}}),
    Case("uv without a lock", {"pyproject.toml": pyproject("flask", "gunicorn", more="[tool.uv]\ndev-dependencies = []\n"), "app.py": FLASK},
         {"package_manager": "uv", "start": f"{GUNICORN} app:app", "warnings": ("no lock file: two builds may differ; make one by: uv lock",)}),
    Case("uv with a workspace", {"uv.lock": "", "pyproject.toml": pyproject(more='[tool.uv.workspace]\nmembers = ["lib"]\n'), "main.py": "print(1)"},
         {"package_manager": "uv", "start": "python main.py"}),
    Case("Poetry", {"poetry.lock": "", "pyproject.toml": POETRY.format('flask = "^3"\ngunicorn = "^23"'), "app.py": FLASK},
         {"package_manager": "poetry", "version": "3.13", "framework": "flask", "start": f"{GUNICORN} app:app",
          "sources": {"package_manager": "poetry.lock", "version": "pyproject.toml tool.poetry.dependencies.python"}}),
    Case("Poetry with a script", {"poetry.lock": "", "pyproject.toml": POETRY.format('httpx = "*"\n[tool.poetry.scripts]\nstart = "shop.cli:run"\n[build-system]\nrequires = ["poetry-core"]'),
                                  "shop/cli.py": "def run(): ..."},
         {"package_manager": "poetry", "start": "start", "sources": {"start": "pyproject.toml tool.poetry.scripts.start"}}),
    Case("Poetry with a script of what is no package", {"poetry.lock": "", "shop/cli.py": "def run(): ...",
          "pyproject.toml": POETRY.format('httpx = "*"\n[tool.poetry.scripts]\nstart = "shop.cli:run"\n').replace("[tool.poetry]", "[tool.poetry]\npackage-mode = false", 1)},
         {"package_manager": "poetry", "start": "python -c 'import sys; from shop.cli import run; sys.exit(run())'"}),
    Case("Poetry by its backend, without a lock", {"main.py": FASTAPI,
          "pyproject.toml": pyproject("fastapi", "uvicorn") + '[tool.poetry]\npackages = [{include = "main.py"}]\n[build-system]\nrequires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"\n'},
         {"package_manager": "poetry", "framework": "fastapi", "start": f"uvicorn main:app {UVICORN}", "warnings": ("no lock file",)}),
    Case("Poetry without a lock", {"pyproject.toml": POETRY.format('fastapi = {version = "*", extras = ["standard"]}'), "main.py": FASTAPI},
         {"package_manager": "poetry", "start": f"uvicorn main:app {UVICORN}", "warnings": ("no lock file: two builds may differ; make one by: poetry lock",)}),
    Case("PDM", {"pdm.lock": "", "pyproject.toml": pyproject("flask", "waitress"), "app.py": FLASK},
         {"package_manager": "pdm", "start": "waitress-serve --listen=0.0.0.0:8080 app:app", "sources": {"package_manager": "pdm.lock"}}),
    Case("Pipenv", {"Pipfile": '[packages]\nflask = "*"\ngunicorn = "*"\n[requires]\npython_version = "3.12"', "Pipfile.lock": {"default": {}}, "app.py": FLASK},
         {"package_manager": "pipenv", "version": "3.12", "start": f"{GUNICORN} app:app",
          "sources": {"package_manager": "Pipfile.lock", "version": "Pipfile requires.python_version"}}),
    Case("Pipenv without a lock", {"Pipfile": '[packages]\nFlask = {version = "*", extras = ["async"]}\ngunicorn = "*"', "app.py": FLASK},
         {"package_manager": "pipenv", "sources": {"package_manager": "Pipfile"}}),
    Case("pyproject.toml alone", {"pyproject.toml": pyproject("starlette", "uvicorn"), "app.py": "from starlette.applications import Starlette\napp = Starlette()"},
         {"package_manager": "pip", "framework": "starlette", "start": f"uvicorn app:app {UVICORN}", "sources": {"package_manager": "pyproject.toml"}}),
    Case("pyproject.toml of a package", {"pyproject.toml": pyproject("flask", "gunicorn", more=BUILD_SYSTEM), "shop/__init__.py": FLASK},
         {"package_manager": "pip", "start": f"{GUNICORN} shop:app"}),
    Case("pyproject.toml of setuptools with packages side by side",
         {"pyproject.toml": pyproject("flask", "gunicorn", more='[build-system]\nrequires = ["setuptools"]\n'), "shop/__init__.py": "", "jobs/__init__.py": "", "app.py": FLASK},
         {"package_manager": "pip", "start": f"{GUNICORN} app:app", "details": {"install": "pip install flask gunicorn", "project": None}}),
    Case("conda", {"environment.yml": "dependencies: [flask]", "app.py": FLASK},
         {"package_manager": "none", "start": f"{GUNICORN} app:app"}),
    Case("conda with a version", {"environment.yml": "dependencies:\n  - python=3.11.*\n  - flask\n", "app.py": FLASK},
         {"version": "3.11", "sources": {"version": "environment.yml"}}),
    Case("setup.py", {"setup.py": "from setuptools import setup\nREQUIRES = ['flask', 'gunicorn']\nsetup(name='shop', install_requires=REQUIRES, python_requires='>=3.11,<3.13')", "shop/app.py": FLASK},
         {"package_manager": "pip", "version": "3.12", "framework": "flask", "start": f"{GUNICORN} shop.app:app",
          "sources": {"package_manager": "setup.py", "version": "setup.py python_requires"}}),
    Case("setup.cfg with a script", {"setup.py": "import setuptools\nsetuptools.setup()", "setup.cfg": "[metadata]\nname = shop\n[options]\ninstall_requires =\n    httpx\n[options.entry_points]\nconsole_scripts =\n    shop = shop.cli:main\n",
                                     "shop/cli.py": ""},
         {"package_manager": "pip", "start": "shop", "sources": {"start": "setup.py"}}),
    Case("a script with its own metadata", {"hello.py": '# /// script\n# requires-python = ">=3.12"\n# dependencies = [\n#   "bottle",\n# ]\n# ///\nimport bottle\nbottle.run(host="0.0.0.0", port=8000)\n'},
         {"package_manager": "pip", "framework": "bottle", "start": "python hello.py", "port": 8000,
          "sources": {"package_manager": "hello.py", "version": "hello.py", "port": "hello.py"}}),
    Case("nothing to install", {"server.py": "import http.server, os\nhttp.server.HTTPServer(('', int(os.environ['PORT'])), None)\n"},
         {"package_manager": "none", "framework": None, "start": "python server.py"}),
    Case("a lock beside a requirements.txt", {"uv.lock": "", "pyproject.toml": pyproject("flask", "gunicorn"), "requirements.txt": "flask", "app.py": FLASK},
         {"package_manager": "uv", "warnings": ("uv.lock is installed from; requirements.txt is not read",)}),
    Case("a pyproject.toml of linters", {"pyproject.toml": "[tool.ruff]\nline-length = 100\n", "requirements.txt": "flask==3\ngunicorn==23", "app.py": FLASK},
         {"package_manager": "pip", "sources": {"package_manager": "requirements.txt"}}),
]  # fmt: skip

FRAMEWORKS = [
    Case("Django", {**DJANGO, "requirements.txt": "Django==5\ngunicorn==23"},
         {"framework": "django", "start": f"{GUNICORN} site1.wsgi:application", "build": (), "sources": {"framework": "manage.py", "start": "site1/wsgi.py"}}),
    Case("Django of years ago", {**DJANGO, "requirements.txt": "Django==2.2.6\ngunicorn==23"},
         {"version": "3.9", "sources": {"version": "requirements.txt django"}, "warnings": ("Python 3.9 gets no security fixes any more",)}),
    Case("Django of years ago with a version", {**DJANGO, "requirements.txt": "Django==2.2.6\ngunicorn==23", ".python-version": "3.8"}, {"version": "3.8"}),
    Case("Django with static files", {**DJANGO, "site1/settings.py": "import os\nINSTALLED_APPS = ['django.contrib.staticfiles']\nSECRET_KEY = os.environ['SECRET_KEY']\nSTATIC_ROOT = 'static'\n", "requirements.txt": "django==5\ngunicorn==23\nwhitenoise==6"},
         {"build": ("env SECRET_KEY=build python manage.py collectstatic --noinput",), "sources": {"build": "site1/settings.py"}, "warnings": ()}),
    Case("Django with several settings", {**DJANGO, "manage.py": MANAGE.replace("site1.settings", "config.settings.production"), "config/settings/__init__.py": "", "config/settings/base.py": "", "config/wsgi.py": WSGI, "requirements.txt": "django==5\ngunicorn==23"},
         {"start": f"{GUNICORN} config.wsgi:application"}),
    Case("Django over ASGI", {**DJANGO, "requirements.txt": "django==5\nuvicorn==1"}, {"start": f"uvicorn site1.asgi:application {UVICORN}"}),
    Case("Django with Channels", {**DJANGO, "requirements.txt": "django==5\nchannels[daphne]==4"}, {"start": "daphne -b 0.0.0.0 -p 8080 site1.asgi:application"}),
    Case("Django in a folder", {"requirements.txt": "django==5\ngunicorn==23", **{f"backend/{name}": text for name, text in DJANGO.items()}},
         {"start": f"{GUNICORN} site1.wsgi:application", "sources": {"start": "backend/site1/wsgi.py"}}),
    Case("Django without wsgi.py", {"manage.py": MANAGE, "site1/settings.py": "", "requirements.txt": "django==5\ngunicorn==23"},
         {"start": f"{GUNICORN} 'django.core.wsgi:get_wsgi_application()'", "framework": "django"}),
    Case("Flask with a function that makes the app", {"requirements.txt": "flask==3\ngunicorn==23", "app/__init__.py": "import flask\ndef create_app(config=None):\n    app = flask.Flask(__name__)\n    return app\n"},
         {"framework": "flask", "start": f"{GUNICORN} 'app:create_app()'"}),
    Case("Flask by wsgi.py", {"requirements.txt": "flask==3\ngunicorn==23", "shop/__init__.py": "from flask import Flask\ndef create_app():\n    return Flask(__name__)\n", "wsgi.py": "from shop import create_app\napp = create_app()\n"},
         {"framework": "flask", "start": f"{GUNICORN} wsgi:app", "sources": {"start": "wsgi.py"}}),
    Case("Flask imported from its package", {"requirements.txt": "flask==3\ngunicorn==23", "shop/__init__.py": FLASK, "run.py": "from shop import app\nif __name__ == '__main__':\n    app.run()\n"},
         {"framework": "flask", "start": f"{GUNICORN} run:app"}),
    Case("Flask by FLASK_APP", {"requirements.txt": "flask==3\ngunicorn==23", ".flaskenv": "FLASK_APP=shop.site:application\n", "shop/site.py": "from flask import Flask\napplication = Flask(__name__)", "app.py": ""},
         {"start": f"{GUNICORN} shop.site:application", "sources": {"start": ".flaskenv FLASK_APP"}}),
    Case("Flask, with a FLASK_APP of this machine alone", {"requirements.txt": "flask==3\ngunicorn==23", ".env": "FLASK_APP=admin.py\n", "admin.py": FLASK, "app.py": FLASK},
         {"start": f"{GUNICORN} app:app", "sources": {"start": "app.py"}}),
    Case("Flask without a server", {"requirements.txt": "flask==3", "main.py": FLASK},
         {"start": f"{GUNICORN} main:app", "warnings": ("no server is among the dependencies: gunicorn is installed beside them; add it, so that you choose its version",)}),
    Case("Flask-SocketIO", {"requirements.txt": "flask==3\nflask-socketio==5\ngunicorn==23", "app.py": FLASK}, {"start": "gunicorn --threads 100 --bind 0.0.0.0:8080 app:app"}),
    Case("FastAPI in a package", {"requirements.txt": "fastapi[standard]==0.1", "app/__init__.py": "", "app/main.py": "from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()\n", "app/api.py": ""},
         {"framework": "fastapi", "start": f"uvicorn app.main:app {UVICORN}"}),
    Case("FastAPI in a folder that is no package", {"requirements.txt": "fastapi==0.1\nuvicorn==0.1", "src/main.py": "from fastapi import FastAPI\nimport models\napi = FastAPI()\n", "src/models.py": ""},
         {"start": f"uvicorn main:api {UVICORN}", "sources": {"start": "src/main.py"}}),
    Case("FastAPI by a function", {"requirements.txt": "fastapi==0.1\nuvicorn==0.1", "main.py": "from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    app = FastAPI()\n    return app\n"},
         {"start": f"uvicorn main:create_app {UVICORN} --factory"}),
    Case("FastAPI of another Python", {"requirements.txt": "fastapi==0.1\nuvicorn==0.1", "main.py": "from fastapi import FastAPI\napp = FastAPI()\nprint 'old'\n"},
         {"start": f"uvicorn main:app {UVICORN}", "framework": "fastapi"}),
    Case("Starlette with Hypercorn", {"requirements.txt": "starlette==1\nhypercorn==1", "app.py": "from starlette.applications import Starlette\napp = Starlette()"}, {"framework": "starlette", "start": "hypercorn --bind 0.0.0.0:8080 app:app"}),
    Case("Litestar", {"requirements.txt": "litestar[standard]==2", "app.py": "from litestar import Litestar\napp = Litestar([])"}, {"framework": "litestar", "start": f"uvicorn app:app {UVICORN}"}),
    Case("FastHTML", {"requirements.txt": "python-fasthtml==0.1", "main.py": "from fasthtml.common import *\napp, rt = fast_app()\nserve()"}, {"framework": "fasthtml", "start": f"uvicorn main:app {UVICORN}"}),
    Case("Quart", {"requirements.txt": "quart==0.1", "app.py": "from quart import Quart\napp = Quart(__name__)"}, {"framework": "quart", "start": "hypercorn --bind 0.0.0.0:8080 app:app"}),
    Case("Sanic", {"requirements.txt": "sanic==25", "server.py": "from sanic import Sanic\napp = Sanic('Shop')"}, {"framework": "sanic", "start": f"sanic server:app {UVICORN}"}),
    Case("Streamlit", {"requirements.txt": "streamlit==1", "streamlit_app.py": "import streamlit as st\nst.write(1)"},
         {"framework": "streamlit", "start": "streamlit run streamlit_app.py --server.port 8080 --server.address 0.0.0.0 --server.headless true"}),
    Case("Gradio", {"requirements.txt": "gradio==5", "app.py": "import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.launch()"}, {"framework": "gradio", "start": "python app.py", "sources": {"framework": "app.py"}}),
    Case("Chainlit", {"requirements.txt": "chainlit==2", "app.py": "import chainlit as cl"}, {"framework": "chainlit", "start": "chainlit run app.py --host 0.0.0.0 --port 8080 --headless"}),
    Case("Dash with its server", {"requirements.txt": "dash==3\ngunicorn==23", "app.py": "import dash\napp = dash.Dash(__name__)\nserver = app.server"}, {"framework": "dash", "start": f"{GUNICORN} app:server"}),
    Case("Dash by itself", {"requirements.txt": "dash==3", "app.py": "from dash import Dash\napp = Dash()\nif __name__ == '__main__':\n    app.run()"}, {"framework": "dash", "start": "python app.py"}),
    Case("Bottle", {"requirements.txt": "bottle==0.1\ngunicorn==23", "app.py": "import bottle\napp = bottle.default_app()"}, {"framework": "bottle", "start": f"{GUNICORN} app:app"}),
    Case("Falcon", {"requirements.txt": "falcon==4\nuvicorn==1", "app.py": "import falcon.asgi\napp = falcon.asgi.App()"}, {"framework": "falcon", "start": f"uvicorn app:app {UVICORN}"}),
    Case("Pyramid", {"setup.py": "from setuptools import setup\nsetup(install_requires=['pyramid', 'waitress'])", "production.ini": "[app:main]\nuse = egg:shop\n", "shop/__init__.py": "def main(global_config, **settings): ..."},
         {"framework": "pyramid", "start": f"{GUNICORN} --paste production.ini"}),
    Case("aiohttp", {"requirements.txt": "aiohttp==3", "main.py": "from aiohttp import web\napp = web.Application()\nweb.run_app(app, port=9000)"}, {"framework": "aiohttp", "start": "python main.py", "port": 9000, "sources": {"port": "main.py"}}),
    Case("Tornado", {"requirements.txt": "tornado==6", "main.py": "import tornado.web\nPORT = 8888\napp = tornado.web.Application()\napp.listen(PORT)"}, {"framework": "tornado", "start": "python main.py", "port": 8888}),
    Case("a WSGI function", {"requirements.txt": "gunicorn==23", "wsgi.py": "def application(environ, start_response): ..."}, {"framework": None, "start": f"{GUNICORN} wsgi:application"}),
    Case("an ASGI function", {"requirements.txt": "uvicorn==1", "main.py": "async def app(scope, receive, send): ..."}, {"start": f"uvicorn main:app {UVICORN}"}),
    Case("Functions Framework", {"requirements.txt": "functions-framework==3", "main.py": "import functions_framework\n@functions_framework.http\ndef hello(request): ..."},
         {"framework": "functions-framework", "start": "functions-framework --source main.py --target hello --port 8080"}),
    Case("Functions Framework without a mark", {"requirements.txt": "functions-framework==3", "main.py": "def hello(request): ..."},
         {"start": "functions-framework --source main.py --target hello --port 8080"}),
    Case("agents of Google's kit", {"requirements.txt": "google-adk==1", "helper/__init__.py": "from . import agent", "helper/agent.py": "from google.adk.agents import Agent\nroot_agent = Agent()"},
         {"framework": "google-adk", "start": f"adk api_server {UVICORN}", "sources": {"start": "helper/agent.py"}}),
    Case("a module that is run", {"requirements.txt": "httpx==1", "shop/__main__.py": "from . import core", "shop/__init__.py": "", "shop/core.py": ""}, {"framework": None, "start": "python -m shop", "sources": {"start": "shop/__main__.py"}}),
    Case("a server beside its client", {"requirements.txt": "grpcio==1", "ask_client.py": RUN, "ask_server.py": RUN}, {"start": "python ask_server.py"}),
    Case("a plain script", {"requirements.txt": "httpx==1", "worker.py": "print(1)"}, {"start": "python worker.py"}),
    Case("a Procfile", {"requirements.txt": "flask==3", "Procfile": "release: ./x\nweb: gunicorn --bind :$PORT shop:app --log-file -\n", "shop.py": FLASK},
         {"framework": "flask", "start": "gunicorn --bind :8080 shop:app --log-file -", "sources": {"start": "Procfile"}}),
]  # fmt: skip

VERSIONS = [
    Case(f"a version in {file}", {"main.py": "", file: text}, {"version": version, "sources": {"version": place}})
    for file, text, version, place in [
        (".python-version", "# ours\n3.12.4\n", "3.12.4", ".python-version"),
        (".python-version", "shop-env\n3.11\n", "3.11", ".python-version"),
        (".python-version", "pypy3.9-7.3\n", "3.13", "default"),
        ("runtime.txt", "python-3.12.1\n", "3.12.1", "runtime.txt"),
        (".tool-versions", "nodejs 22.1.0\npython 3.11.9 3.10\n", "3.11.9", ".tool-versions"),
        ("mise.toml", '[tools]\npython = ["3.12", "3.11"]\n', "3.12", "mise.toml"),
        (".mise.toml", '[tools]\npython = {version = "3.12.2"}\n', "3.12.2", ".mise.toml"),
        ("mise.toml", '[tools]\npython = "latest"\n', "3.13", "default"),
        ("pyproject.toml", pyproject(python=">=3.9"), "3.13", "pyproject.toml project.requires-python"),
        ("pyproject.toml", pyproject(python=">=3.10,<3.13"), "3.12", "pyproject.toml project.requires-python"),
        ("pyproject.toml", pyproject(python="~=3.11.2"), "3.11", "pyproject.toml project.requires-python"),
        ("pyproject.toml", pyproject(python=">=3.14"), "3.15", "pyproject.toml project.requires-python"),
        ("pyproject.toml", pyproject(python="==3.12.4"), "3.12.4", "pyproject.toml project.requires-python"),
        ("pyproject.toml", POETRY.format("").replace("^3.11", "~3.11"), "3.11", "pyproject.toml tool.poetry.dependencies.python"),
        ("pyproject.toml", POETRY.format("").replace("^3.11", ">=3.8,<3.11 || ^3.12"), "3.13", "pyproject.toml tool.poetry.dependencies.python"),
        ("pyproject.toml", POETRY.format("").replace("^3.11", "3.10.*"), "3.10", "pyproject.toml tool.poetry.dependencies.python"),
    ]
]  # fmt: skip

BESIDE_OTHERS = [
    Case("Django with a front end", {**DJANGO, "requirements.txt": "django==5\ngunicorn==23", "package.json": {"scripts": {"build": "vite build", "start": "vite"}}},
         {"language": "python", "framework": "django"}),
    Case("FastAPI beside a Go module", {"go.mod": "module shop", "requirements.txt": "fastapi[standard]==0.1", "main.py": FASTAPI}, {"language": "python"}),
    Case("the app itself among its requirements", {"requirements.txt": "-e .[web]\n", "setup.py": "from setuptools import setup\nsetup(name='shop', install_requires=['aiohttp', 'psycopg2'])\n",
          "shop/__init__.py": "", "shop/__main__.py": "from shop.main import main\nmain()\n", "shop/main.py": "from aiohttp import web\n\ndef main():\n    web.run_app(web.Application())\n"},
         {"package_manager": "pip", "framework": "aiohttp", "start": "python -m shop", "details": {"copied": (".",)}}),
    Case("Tornado with a port as an option", {"requirements.txt": "tornado==6.4\n", "blog.py": "import tornado\nfrom tornado.options import define, options\ndefine('port', default=8888, type=int)\n"
          "if __name__ == '__main__':\n    tornado.web.Application([]).listen(options.port)\n"},
         {"framework": "tornado", "start": "python blog.py", "port": 8888, "sources": {"port": "blog.py"}}),
]  # fmt: skip

CASES = [*MANAGERS, *FRAMEWORKS, *VERSIONS, *BESIDE_OTHERS]
