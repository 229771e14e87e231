"""`spicegate.toml`, the environment and the command line: what the gateway is to do, checked before it does anything.

`models` and `machine` say which keys there are, `loading` where values come from, `environment` which variables,
`mistakes` what is wrong with them. `secrets` reads what must not stand in the file, `example` writes a file to start
from.
"""
