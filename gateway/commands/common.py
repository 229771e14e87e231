"""What all commands have in common: the options by which they find a gateway, tables or JSON, and their exit codes.

0: done; 1: refused or failed, with a sentence; 2: not a command.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints

import typer

from gateway.commands.asking import Asker, CommandFailed, needs_gateway
from gateway.commands.remote import Remote
from gateway.commands.tables import fields_table, print_rows, print_table
from gateway.config.names import FILE_NAME
from gateway.server.rights import parse_rights

if TYPE_CHECKING:
    from gateway.commands.local import Local

DEFAULT_URL: Final = "http://127.0.0.1:8080"

ConfigFile = Annotated[
    Path | None, typer.Option(envvar="SPICEGATE_CONFIG", help=f"Configuration file; {FILE_NAME} if there is one.")
]


def group(help_: str) -> typer.Typer:
    """A command of commands."""
    return typer.Typer(no_args_is_help=True, add_completion=False, help=help_)


def single() -> typer.Typer:
    """A command by itself: it takes one."""
    return typer.Typer(add_completion=False)


@dataclass
class Session:
    """One command's way to the gateway, and to whoever reads what it prints: the options that all commands have."""

    url: Annotated[
        str | None, typer.Option(envvar="SPICEGATE_URL", help=f"The gateway's address; {DEFAULT_URL} unless given.")
    ] = None
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="SPICEGATE_API_KEY", help="Key of the gateway's API; without, its store on this computer is used."
        ),
    ] = None
    gateway_ca: Annotated[
        Path | None, typer.Option(envvar="SPICEGATE_CA", help="Certificate of the gateway's authority (PEM).")
    ] = None
    config: ConfigFile = None
    state: Annotated[Path | None, typer.Option(help="Directory of the gateway's own data.")] = None
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False

    @property
    def is_local(self) -> bool:
        return self.api_key is None

    def local(self) -> Local:
        """The store on this computer. Raises `CommandFailed`."""
        if self.url is not None:
            raise CommandFailed(
                "a gateway is asked with an API key: give --api-key (SPICEGATE_API_KEY), or leave out --url "
                "(SPICEGATE_URL) for the store on this computer"
            )
        from gateway.commands.local import Local  # behind it is the API's code: only who wants it waits for it

        return Local.configured(self.config, self.state)

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """The answer of the API. Raises `CommandFailed`."""
        return self._asker(path).ask(method, path, body, query)

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """The items of all pages of a list. Raises `CommandFailed`."""
        return self._asker(path).pages(path, query)

    def _asker(self, path: str) -> Asker:
        if self.api_key is not None:
            return Remote(self.url or DEFAULT_URL, self.api_key, self.gateway_ca)
        if needs_gateway(path):
            raise CommandFailed(
                "this is asked of a running gateway: give --api-key (SPICEGATE_API_KEY), a key that is made on the "
                "page of one's own account"
            )
        return self.local()

    def list(self, path: str, columns: Sequence[str], **query: str) -> None:
        """Print all items of a list."""
        self.show(list(self.pages(path, query)), columns)

    def show(self, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
        """Print rows, by some of their fields unless it is JSON."""
        if self.as_json:
            self.print_json(rows)
            return
        print_rows(columns, [[row.get(column) for column in columns] for row in rows])

    def show_one(self, row: dict[str, Any]) -> None:
        """Print an object's fields below each other."""
        if self.as_json:
            self.print_json(row)
            return
        print_table(fields_table(row.items()))

    def done(self, sentence: str, data: object = None) -> None:
        """Say what was done."""
        if self.as_json:
            self.print_json(data if data is not None else {"ok": True})
        else:
            typer.echo(sentence)

    def print_json(self, data: object) -> None:
        has_letters = (getattr(sys.stdout, "encoding", None) or "").lower().startswith("utf")
        typer.echo(json.dumps(data, indent=2, ensure_ascii=not has_letters))

    def user_id(self, name: str) -> int:
        """Raises `CommandFailed`."""
        for user in self.pages("/users", {"words": name}):
            if user["name"] == name.strip().lower():
                return int(user["id"])
        raise CommandFailed(f"there is no user {name}")


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command of `app`. What the function takes as a dataclass are options, one for each field; those of its first
    argument, the `Session`, come last."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(function, include_extras=True)
        session, *own = inspect.signature(function).parameters.values()
        given_as = {parameter: hints[parameter.name] for parameter in (*own, session)}
        options: dict[str, Any] = {parameter.name: kind for parameter, kind in given_as.items() if is_dataclass(kind)}

        def run(**given: Any) -> None:
            try:
                for argument, kind in options.items():
                    given[argument] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
                function(**given)
            except CommandFailed as error:
                typer.echo(f"spicegate: {error}", err=True)
                raise typer.Exit(1) from None

        taken: list[inspect.Parameter] = []
        for parameter, kind in given_as.items():
            taken += _options_of(kind) if is_dataclass(kind) else [_by_name(parameter.name, kind, parameter.default)]
        run.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in taken}
        run.__doc__, run.__name__ = function.__doc__, function.__name__
        app.command(name)(run)
        return function

    return decorate


def _options_of(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [_by_name(field.name, hints[field.name], field.default) for field in fields(kind)]


def _by_name(name: str, hint: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def known_rights(names: Iterable[str] | None) -> list[str] | None:
    """Rights as somebody typed them. Raises `CommandFailed`."""
    if names is None:
        return None
    try:
        parse_rights(names := list(names))
    except ValueError as error:
        raise CommandFailed(str(error)) from None
    return names


def new_password(from_stdin: bool) -> str:
    """A password that is to be: one line of standard input, or asked for twice. Raises `CommandFailed`."""
    if from_stdin:
        try:
            return typer.get_binary_stream("stdin").readline().decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise CommandFailed("the password is not UTF-8") from None
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
