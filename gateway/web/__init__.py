"""The web frontend: pages, log-in, and the bridge from WebSockets to the machines.

Everything needs authentication but the routes named in `guard.PUBLIC`. `app.make_app` puts it together; views are
small and reach shared state through the keys in `keys`.
"""
