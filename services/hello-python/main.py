"""A small web service: it greets, tells its version, and finishes what it began when it is told to stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

VERSION = "1"


async def hello(request: Request) -> JSONResponse:
    return JSONResponse({"service": "hello-python", "version": VERSION, "path": request.url.path})


async def health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    print(f"hello-python {VERSION} is ready", flush=True)
    yield
    print("hello-python stops", flush=True)  # uvicorn has answered all requests by now


app = Starlette(
    lifespan=lifespan,
    routes=[Route("/health", health), Route("/hello-python", hello), Route("/hello-python/{rest:path}", hello)],
)
