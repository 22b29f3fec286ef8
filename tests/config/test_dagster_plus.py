"""Dagster+: which organization, deployment and token, from wherever they come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from run_tui.config import (
    Choice,
    Connection,
    Secret,
    environment_choices,
    load_settings,
    option_choice,
    page_choice,
    resolve,
)
from run_tui.config.dagster_plus import Place, find_login, place_of
from run_tui.errors import ConfigError

PLACES = ("options", "environment", "settings", "dg.toml", "older file")
"""The most important first."""
PAIRS = list(combinations(PLACES, 2))
"""More and less important; of the last, two files with a login, only one is used at all."""
RUN = "runs/9d38c7ea-2c1f-4a53-9b3e-6a1b0f6f2d11"


class Home:
    """A home with settings in the `PLACES`, each of which names `wanted` values after itself."""

    def __init__(self, folder: Path) -> None:
        self.settings, self.dg, self.older = folder / "settings.toml", folder / "dg.toml", folder / "config"
        self.environ = {
            "RUN_TUI_CONFIG": str(self.settings),
            "DG_CLI_CONFIG": str(self.dg),
            "DAGSTER_CLOUD_CLI_CONFIG": str(self.older),
        }
        self.options = option_choice()

    def put(self, place: str, **values: str) -> None:
        """Sets organization, deployment, token or url in one place."""
        match place:
            case "options":
                self.options = option_choice(**values)
            case "environment":
                names = {"token": "API_TOKEN"}
                self.environ |= {f"DAGSTER_CLOUD_{names.get(key, key.upper())}": v for key, v in values.items()}
            case "settings":
                self.settings.write_text(f"default = 'plus'\n[connections.plus]\n{_toml(values)}")
                self.settings.chmod(0o600)
            case "dg.toml":
                self.dg.write_text(f"[cli.plus]\n{_toml(_official(values))}")
            case "older file":
                self.older.write_text("".join(f"{key}: {value}\n" for key, value in _official(values).items()))

    def connect(self, *others: Choice) -> Connection:
        """The connection it all leads to."""
        choices = [self.options, *others, *environment_choices(self.environ)]
        return resolve(choices, load_settings(self.environ), self.environ)

    def page(self, page: str) -> Connection:
        """The same, with a page that was pasted."""
        settings = load_settings(self.environ)
        return self.connect(page_choice(page, settings, [self.options, *environment_choices(self.environ)]))


def _toml(values: dict[str, str]) -> str:
    return "".join(f"{key} = '{value}'\n" for key, value in values.items())


def _official(values: dict[str, str]) -> dict[str, str]:
    names = {"deployment": "default_deployment", "token": "user_token"}
    return {names.get(key, key): value for key, value in values.items()}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def of(connection: Connection) -> tuple[str | None, str | None, str | None]:
    token = connection.token.reveal() if connection.token else None
    return connection.organization, connection.deployment, token


def all_of(place: str) -> dict[str, str]:
    name = place.replace(" ", "-")
    return {"organization": f"{name}-o", "deployment": f"{name}-d", "token": f"{name}-t"}


@pytest.mark.parametrize("place", PLACES)
def test_each_place_alone_is_enough(home: Home, place: str) -> None:
    home.put(place, **all_of(place))
    connection = home.connect()
    assert of(connection) == tuple(all_of(place).values())
    assert connection.url == f"https://dagster.cloud/{all_of(place)['organization']}"
    assert connection.page == "https://{organization}.dagster.cloud/{deployment}".format(**all_of(place))
    assert connection.headers() == {
        "Dagster-Cloud-Api-Token": all_of(place)["token"],
        "Dagster-Cloud-Organization": all_of(place)["organization"],
        "Dagster-Cloud-Deployment": all_of(place)["deployment"],
    }
    assert connection.warnings == ()
    assert all("none" not in origin for origin in connection.origins.values())


@pytest.mark.parametrize(("upper", "lower"), PAIRS)
def test_of_two_places_the_more_important_one_decides(home: Home, upper: str, lower: str) -> None:
    home.put(lower, **all_of(lower))
    home.put(upper, **all_of(upper))
    assert of(home.connect()) == tuple(all_of(upper).values())


@pytest.mark.parametrize(("upper", "lower"), PAIRS[:-1])
@pytest.mark.parametrize("missing", ["deployment", "token"])
def test_a_gap_is_filled_from_the_less_important_one_for_the_same_organization(
    home: Home, upper: str, lower: str, missing: str
) -> None:
    values = {"organization": "acme", "deployment": "upper-d", "token": "upper-t"}
    home.put(lower, organization="acme", deployment="lower-d", token="lower-t")
    home.put(upper, **{key: value for key, value in values.items() if key != missing})
    wanted = values | {missing: f"lower-{missing[0]}"}
    assert of(home.connect()) == tuple(wanted.values())


@pytest.mark.parametrize(("upper", "lower"), [pair for pair in combinations(PLACES, 2) if pair[1] != "settings"][:-1])
@pytest.mark.parametrize("missing", ["deployment", "token"])
def test_no_gap_is_filled_with_what_is_another_organizations(home: Home, upper: str, lower: str, missing: str) -> None:
    home.put(lower, organization="other", deployment="other-d", token="other-t")
    home.put(upper, **{key: value for key, value in all_of(upper).items() if key != missing})
    wanted = "deployment must be specified" if missing == "deployment" else "Run `dg plus login`"
    with pytest.raises(ConfigError, match=wanted):
        home.connect()


def test_two_files_with_a_login_are_told_of(home: Home) -> None:
    home.put("dg.toml", **all_of("dg.toml"))
    home.put("older file", **all_of("older file"))
    (warning,) = home.connect().warnings
    assert warning == (
        f"both {home.dg} and {home.older} hold a Dagster+ login: that of dg.toml is used. Best delete the other."
    )
    home.put("options", **all_of("dg.toml"))
    assert home.connect().warnings == (), "nor need anybody know who uses neither"


def test_a_dg_toml_without_a_login_leaves_it_to_the_older_file(home: Home) -> None:
    home.dg.write_text("[cli]\nverbose = true\n[cli.plus]\nagent_timeout = 60\n")
    home.put("older file", **all_of("older file"))
    connection = home.connect()
    assert connection.organization == "older-file-o"
    assert connection.warnings == ()


def test_a_login_comes_before_this_machine_and_after_the_settings_default(home: Home) -> None:
    assert home.connect().url == "http://localhost:3000"
    home.put("dg.toml", **all_of("dg.toml"))
    assert home.connect().name == "dg.toml-o/dg.toml-d"
    home.settings.write_text("default = 'lab'\n[connections.lab]\nurl = 'localhost:3333'\n")
    assert home.connect().url == "http://localhost:3333"
    assert home.connect().headers() == {}


def test_a_server_named_by_url_gets_nothing_that_is_for_dagster_plus(home: Home) -> None:
    for place in ("environment", "dg.toml"):
        home.put(place, **all_of(place))
    for url in (
        "localhost:3000",
        "https://evildagster.cloud/prod",
        "https://a.b.dagster.cloud/x",
        "http://h/acme/prod",
    ):
        home.options = option_choice(url=url)
        assert home.connect().headers() == {}


def test_a_dead_login_does_not_stop_those_who_do_not_need_it(home: Home) -> None:
    home.dg.write_text("[cli.plus\n")
    home.options = option_choice(url="localhost:3000")
    assert home.connect().url == "http://localhost:3000"
    home.options = option_choice()
    with pytest.raises(ConfigError, match=r"dg\.toml: .*line 1"):
        home.connect()


def test_our_own_variables_come_before_dagsters(home: Home) -> None:
    home.put("environment", **all_of("environment"))
    home.environ |= {"RUN_TUI_TOKEN": "ours"}
    assert of(home.connect()) == ("environment-o", "environment-d", "ours")
    home.environ |= {"RUN_TUI_URL": "localhost:3333"}
    assert home.connect().url == "http://localhost:3333"


def test_a_deployment_alone_chooses_one_of_the_organization_that_is_known(home: Home) -> None:
    home.put("dg.toml", organization="acme", deployment="prod", token="t")
    home.options = option_choice(deployment="staging")
    assert of(home.connect()) == ("acme", "staging", "t")
    home.put("settings", organization="widgets", deployment="prod", token="w")
    connection = home.connect()
    assert of(connection) == ("widgets", "staging", "w")
    assert connection.name == "plus/staging"


def test_a_deployment_of_a_server_that_has_none(home: Home) -> None:
    home.options = option_choice(deployment="staging", url="localhost:3000")
    with pytest.raises(ConfigError, match=r"--deployment: localhost:3000 is not Dagster\+"):
        home.connect()


def test_a_connection_that_is_named_keeps_its_deployment(home: Home) -> None:
    home.put("settings", organization="acme", deployment="prod", token="t")
    home.environ["DAGSTER_CLOUD_DEPLOYMENT"] = "staging"
    home.options = option_choice(connection="plus")
    assert home.connect().deployment == "prod"


@pytest.mark.parametrize("values", [{"token": "t"}, {"deployment": "prod"}, {"token": "t", "deployment": "prod"}])
@pytest.mark.parametrize("place", ["environment", "options"])
def test_half_of_what_is_needed_is_told_not_ignored(home: Home, place: str, values: dict[str, str]) -> None:
    home.put(place, **values)
    if place == "options" and "deployment" not in values:
        assert home.connect().url == "http://localhost:3000"
        return
    with pytest.raises(ConfigError, match="A Dagster\\+ organization must be specified: by --organization"):
        home.connect()


def test_a_login_without_an_organization_is_told(home: Home) -> None:
    home.put("dg.toml", token="t")
    with pytest.raises(ConfigError, match="organization must be specified"):
        home.connect()


@pytest.mark.parametrize("url", ["https://acme.dagster.cloud", "http://acme.dagster.cloud/", "acme.dagster.cloud/"])
def test_the_address_of_an_organization_is_one_of_dagster_plus(home: Home, url: str) -> None:
    home.put("dg.toml", organization="acme", deployment="prod", token="t")
    home.options = option_choice(url=url)
    connection = home.connect()
    assert of(connection) == ("acme", "prod", "t")
    assert connection.url == connection.page == "https://acme.dagster.cloud/prod"
    home.put("dg.toml", organization="other", deployment="prod", token="t")
    with pytest.raises(ConfigError, match="deployment must be specified"):
        home.connect()


def test_dagsters_url_variable_is_read(home: Home) -> None:
    home.put("environment", url="https://acme.dagster.cloud/prod", token="t")
    assert of(home.connect()) == ("acme", "prod", "t")


def test_an_organization_elsewhere(home: Home) -> None:
    home.options = option_choice(url="https://plus.test:8443/", organization="acme", deployment="prod", token="t")
    connection = home.connect()
    assert connection.url == "https://plus.test:8443/acme"
    assert connection.page == "https://plus.test:8443/acme/prod"
    assert of(connection) == ("acme", "prod", "t")


def test_a_logins_token_stays_with_its_server(home: Home) -> None:
    home.put("dg.toml", organization="acme", deployment="prod", token="t", url="https://eu.dagster.cloud")
    assert home.connect().url == "https://eu.dagster.cloud/acme"
    for url in ("https://plus.test", "https://dagster.cloud"):
        home.options = option_choice(url=url, organization="acme")
        with pytest.raises(ConfigError, match="Run `dg plus login`"):
            home.connect()


def test_a_url_and_an_organization_that_differ(home: Home) -> None:
    home.options = option_choice(url="https://acme.dagster.cloud/prod", organization="widgets")
    with pytest.raises(ConfigError, match="--organization: --url is that of acme"):
        home.connect()


def test_a_page_leads_to_the_connection_of_its_organization_and_deployment(home: Home) -> None:
    home.settings.write_text(
        "[connections.a]\norganization = 'acme'\ndeployment = 'prod'\ntoken = 'a'\n"
        "[connections.b]\norganization = 'acme'\ndeployment = 'staging'\ntoken = 'b'\n"
        "[connections.c]\nurl = 'https://plus.test'\norganization = 'acme'\ndeployment = 'prod'\ntoken = 'c'\n"
    )
    home.settings.chmod(0o600)
    prod = home.page(f"https://acme.dagster.cloud/prod/{RUN}")
    assert (prod.name, *of(prod)) == ("a", "acme", "prod", "a")
    assert home.page(f"https://acme.dagster.cloud/staging/{RUN}").name == "b"
    branch = home.page(f"https://acme.dagster.cloud/4f5a8b/{RUN}")
    assert (branch.name, *of(branch)) == ("a/4f5a8b", "acme", "4f5a8b", "a")
    elsewhere = home.page(f"https://plus.test/acme/x/{RUN}")
    assert (elsewhere.name, *of(elsewhere)) == ("c/x", "acme", "x", "c")


def test_a_page_needs_no_connection_after_a_login(home: Home) -> None:
    home.put("dg.toml", organization="acme", deployment="prod", token="t")
    home.put("environment", organization="widgets", deployment="prod", token="w")
    branch = home.page(f"https://acme.dagster.cloud/4f5a8b/{RUN}")
    assert of(branch) == ("acme", "4f5a8b", "t"), "and the environment speaks of another organization"
    assert branch.url == "https://acme.dagster.cloud/4f5a8b"
    with pytest.raises(ConfigError, match="Run `dg plus login`"):
        home.page(f"https://strangers.dagster.cloud/prod/{RUN}")


def test_a_page_of_the_server_that_the_environment_names_is_asked_for_there(home: Home) -> None:
    home.environ |= {"RUN_TUI_URL": "https://dagster.acme.io/x", "RUN_TUI_TOKEN": "t"}
    assert home.page(f"https://dagster.acme.io/x/{RUN}").token == Secret("t")
    other = home.page(f"https://dagster.acme.io/y/{RUN}")
    assert (other.url, other.token) == ("https://dagster.acme.io/y", None)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://acme.dagster.cloud/prod", Place("https://dagster.cloud", "acme", "prod", own_host=True)),
        ("https://acme.eu.dagster.cloud/prod", Place("https://eu.dagster.cloud", "acme", "prod", own_host=True)),
        ("https://acme.dagster.cloud/prod/graphql", Place("https://dagster.cloud", "acme", "prod", own_host=True)),
        ("https://ACME.dagster.cloud:443", Place("https://dagster.cloud", "acme", None, own_host=True)),
        ("https://dagster.cloud/acme", Place("https://dagster.cloud", "acme")),
        ("https://eu.dagster.cloud/acme/prod", Place("https://eu.dagster.cloud", "acme", "prod")),
        ("https://dagster.cloud", None),
        ("https://eu.dagster.cloud/", None),
        ("https://dagster.cloud.evil.io/acme/prod", None),
        ("https://acme.dagster.cloud:8443/prod", None),
        ("https://plus.test/acme/prod", Place("https://plus.test", "acme", "prod")),
        ("https://plus.test/other/prod", None),
        ("https://plus.tests/acme/prod", None),
    ],
)
def test_addresses_of_dagster_plus(url: str, place: Place | None) -> None:
    assert place_of(url, Place("https://plus.test", "acme")) == place


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("user_token: user:abc", "user:abc"),
        ("user_token: 'it''s'  # mine", "it's"),
        ('user_token: "a\\"b"', 'a"b'),
        ("user_token: abc # mine", "abc"),
        ("user_token: a#b", "a#b"),
        ("# none\n---\n\nuser_token:   abc  ", "abc"),
        ("user_token: null", None),
        ("user_token: ~", None),
        ("user_token:", None),
    ],
)
def test_the_older_file_is_read_as_the_yaml_it_is(home: Home, line: str, token: str | None) -> None:
    home.older.write_text(f"organization: acme\n{line}\n")
    login = find_login(home.environ)
    assert login is not None
    assert login.token == (Secret(token) if token else None)


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("older", "organization: acme\n  user_token: s3cret\n", "line 2: only lines of the form"),
        ("older", "- s3cret\n", "line 1: only lines"),
        ("older", "organization: a b\n", "organization: letters, digits"),
        ("dg", "[cli.plus]\norganization = 3\n", r"cli\.plus\.organization: a text"),
        ("dg", "[cli.plus]\nuser_token = 's3cret é'\n", r"cli\.plus\.user_token: empty or not plain"),
        ("dg", "[cli.plus]\norganization = 'acme'\nurl = 'ftp://s3cret'\n", r"cli\.plus\.url: not the URL"),
        ("dg", "[cli.plus]\nuser_token = 's3cret\n", "at end of document"),
    ],
)
def test_a_login_that_cannot_be_read_is_told_without_what_stands_there(
    home: Home, file: str, text: str, complaint: str
) -> None:
    path: Path = getattr(home, file)
    path.write_text(text)
    with pytest.raises(ConfigError, match=complaint) as caught:
        home.connect()
    assert str(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["a/b", "", "a b", "é", "a\nb"])
def test_names_that_cannot_be_sent(name: str) -> None:
    with pytest.raises(ConfigError, match="--organization: letters, digits"):
        option_choice(organization=name)


def test_the_files_are_where_dagsters_command_lines_have_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write: dict[str, Callable[[], dict[str, str]]] = {
        ".config/dg.toml": dict,
        "xdg/dg.toml": lambda: {"XDG_CONFIG_HOME": str(tmp_path / "xdg")},
        "mine.toml": lambda: {"DG_CLI_CONFIG": str(tmp_path / "mine.toml")},
    }
    for name, environ in write.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("[cli.plus]\norganization = 'acme'\n")
        login = find_login(environ())
        assert login is not None
        assert login.keys == f"{path}: cli.plus."
        path.unlink()
    older = tmp_path / ".dagster_cloud_cli" / "config"
    older.parent.mkdir()
    older.write_text("organization: acme\n")
    login = find_login({})
    assert login is not None
    assert login.keys == f"{older}: "


def test_what_is_read_only_stays_so_however_it_is_found(home: Home) -> None:
    home.settings.write_text("[connections.a]\norganization = 'acme'\ntoken_env = 'A'\nread_only = true\n")
    home.environ["A"] = "a"
    home.options = option_choice(connection="a", deployment="prod")
    assert home.connect().read_only
    home.options = option_choice(connection="a", deployment="prod", url="https://widgets.dagster.cloud", token="t")
    assert home.connect().read_only
    home.options = option_choice()
    assert home.page(f"https://acme.dagster.cloud/prod/{RUN}").read_only
    home.options = option_choice(organization="acme", deployment="prod")
    assert home.connect().read_only
