"""Messages that are hostile to a terminal, a parser or a layout; importable without dagster."""

ODD_TEXTS = (
    "",
    " ",
    "two\nlines",
    "crlf\r\nand a lone\rcarriage return",
    "tab\tseparated\tcells",
    "nul\x00byte",
    "colours \x1b[31mred\x1b[0m and a cleared screen \x1b[2J\x1b[H",
    "title \x1b]0;owned\x07 and a link \x1b]8;;https://example.org\x1b\\text\x1b]8;;\x1b\\",
    "clipboard \x1b]52;c;b3duZWQ=\x07, device status \x1b[6n, reset \x1bc",
    "C1 \x9b31m csi \x90q dcs \x9c and \x85 next line",
    "backspace abc\x08\x08\x08xyz, bell \x07, delete \x7f",
    "[bold red]markup[/bold red] [/] [@click=app.quit]click[/] \\[escaped] [",
    "emoji 👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇸🇪 ✔️",
    "right to left \u202egnp.exe\u202c, isolate \u2067שלום\u2069, mark \u200f",
    "combining Z̷̮̈a̸͕͌l̶̰̈g̵̙͝ó̷̘ e\u0301 and zero\u200bwidth\ufeff",
    "wide 漢字かな 한국어, private \ue0b0, line\u2028and paragraph\u2029separators",
    "tag characters \U000e0041\U000e0042, noncharacter \uffff, highest \U0010ffff",
    'json {"a": [1, 2], "b": null} and %s {placeholders} %(name)s',
    "x" * 200_000,
    "the last of the odd texts",
)
