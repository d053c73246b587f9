"""The fake Payme server: sandbox pages, checkout, a kassa's cabinet, and a control API.

`server.Server` is the object behind everything; `app.create_app(server)` puts pages around it;
`serving` listens. The store is SQLite, the calls to a merchant go through `simulator.caller`.

A part of the site is a package with `register(app, server)`, which adds its blueprint; `app.PARTS`
names them. A view reaches the server by `simulator.web.current.the_server()`.
"""
