"""A server of lines: it says each back, and ends what is open when it is told to stop."""

import asyncio
import os
import signal

VERSION = "1"


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(f"{VERSION} {line.decode()}".encode())
        await writer.drain()
    writer.close()


async def serve() -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    server = await asyncio.start_server(talk, port=int(os.environ["PORT"]))
    await stopping.wait()
    server.close()


asyncio.run(serve())
