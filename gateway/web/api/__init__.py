"""`/api/v1`: what the dashboard and programs do with the gateway.

Each resource is one file with its models and handlers. A handler's types say what it takes and gives: from them come
the checks of each request and the OpenAPI document, so that neither can be wrong about the other.

::

    users = Resource("users", "People who may log in.")

    @users.get("/users", Permission.PEOPLE_SEE)
    async def list_users(ask: Ask, query: UserQuery) -> Page[UserView]: …

`operation` turns handlers into views, `openapi` describes them, `problem` tells what went wrong (RFC 9457), `feed` and
`events` tell what changes while it does.
"""
