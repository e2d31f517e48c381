"""Serves the built dashboard with its run-time configuration, as Vercel does in production."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles


def create_app(folder: Path, api_url: str, stream_url: str) -> Starlette:
    async def config(_: Request) -> JSONResponse:
        return JSONResponse(
            {"apiUrl": api_url, "streamUrl": stream_url}, headers={"Cache-Control": "no-store"}
        )

    return Starlette(
        routes=[Route("/config.json", config), Mount("/", StaticFiles(directory=folder, html=True))]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api-url", required=True)
    parser.add_argument("--stream-url", required=True)
    args = parser.parse_args()
    app = create_app(args.folder, args.api_url, args.stream_url)
    uvicorn.run(app, host="127.0.0.1", port=args.port, log_level="warning")


if __name__ == "__main__":
    main()
