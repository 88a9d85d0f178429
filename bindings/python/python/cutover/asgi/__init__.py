"""A path table as an ASGI middleware that proxies: `pip install cutover[asgi]`.

>>> from cutover import Engine
>>> from cutover.asgi import PathRouter
>>> engine = Engine.from_str('''
... cutover: 1
... paths:
...   api:
...     - { path: /api/products, service: products-mongo, side: new, store: mongodb, fallback: monolith }
...     - { path: /api/orders, service: monolith, side: old }
... ''')
>>> async def app(scope, receive, send):
...     '''The monolith.'''
>>> services = {"products-mongo": "http://products:8080", "monolith": "next"}
>>> routed = PathRouter(app, engine, "api", services=services)

`routed` is what a server of ASGI runs: `uvicorn.run(routed)`.
"""

from cutover.asgi._router import PathRouter
from cutover.asgi._types import ASGIApp, FailureKind, Message, PathFailure, Receive, Scope, Send, Service

__all__ = ["ASGIApp", "FailureKind", "Message", "PathFailure", "PathRouter", "Receive", "Scope", "Send", "Service"]
