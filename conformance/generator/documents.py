"""What is wrong with texts, before they are rulesets."""

from .core import repeat
from .marks import Diagnostics, problem


def files():
    file = Diagnostics(
        "documents",
        "Texts that are no document: the reader says what is wrong and where, as far as it can read on. "
        "Lines and columns count from 1, columns in code points.",
    )
    json(file)
    yaml(file)
    any_text(file)
    yield file


def json(file):
    case = file.case
    case(
        "JSON: a comma too many",
        "no comma stands before a closing bracket",
        '{ "cutover": 1, «1»}',
        problem("json_syntax", "", found="}"),
    )
    case(
        "JSON: a comma too few",
        "what is expected is said",
        '{ "cutover": 1 «1»"flags": {} }',
        problem("json_syntax", "", found='"', expected=[",", "}"]),
    )
    case(
        "JSON: a key without quotes",
        "a text that begins with { is JSON",
        "{ «1»cutover: 1 }",
        problem("json_syntax", "", found="cutover"),
    )
    case(
        "JSON: a comment",
        "JSON has no comments",
        '{ "cutover": 1 «1»// one\n}',
        problem("json_syntax", "", found="/", help="JSON has no comments; YAML has"),
    )
    case(
        "JSON: not closed",
        "the end of the text is a place too",
        '{ "cutover": 1,\n  "flags": {}«1»',
        problem("json_syntax", "", found="the end of the text"),
    )
    case(
        "JSON: a leading zero",
        "numbers have no needless zeros",
        '{ "cutover": «1»01 }',
        problem("json_syntax", "cutover", found="01"),
    )
    case(
        "JSON: a word",
        "the nearest right word is offered",
        '{ "cutover": 1, "flags": { "a": { "enabled": «1»True } } }',
        problem("json_syntax", "flags.a.enabled", found="True", help="did you mean `true`?"),
    )
    case(
        "JSON: an escape",
        "only JSON's escapes",
        '{ "cutover": 1, "flags": { "é": { "owner": "a«1»\\x" } } }',
        problem("json_syntax", 'flags["é"].owner', found="\\x"),
    )
    case(
        "JSON: a line break in a text",
        "texts end on their line",
        '{ "cutover": 1, "timezone": "UTC«1»\n" }',
        problem("json_syntax", "timezone", found="a line break"),
    )
    case(
        "JSON: lone surrogates",
        "half a pair is no character; reading goes on behind it",
        '{ "cutover": 1, "flags": { "a": { "owner": "«1»\\ud83d" }, "b": { "owner": "x«2»\\uDE00" } } }',
        problem("lone_surrogate", "flags.a.owner", 1, found="\\ud83d"),
        problem("lone_surrogate", "flags.b.owner", 2, found="\\uDE00"),
    )
    case(
        "JSON: a number out of range",
        "larger than any binary64",
        '{ "cutover": 1, "flags": { "a": { "variants": { "big": «1»1e999 } } } }',
        problem("number_out_of_range", "flags.a.variants.big", found="1e999"),
    )
    case(
        "JSON: repeated keys",
        "the second of two keys is one too many, wherever it is",
        '{ "cutover": 1, "flags": { "a": {}, "b": {}, «1»"a": {} }, «2»"cutover": 1 }',
        problem("duplicate_key", "flags.a", 1, found="a"),
        problem("duplicate_key", "cutover", 2, found="cutover"),
    )
    deep = '{"cutover":1,"flags":' + '{"a":' * 63
    case(
        "JSON: nested too deep",
        "64 levels and no more",
        deep + "«1»{" + "}" * 65,
        problem("nested_too_deep", "flags" + ".a" * 63),
    )
    case(
        "JSON: two documents",
        "one document a text",
        '{ "cutover": 1 } «1»{ "cutover": 1 }',
        problem("json_syntax", "", found="{"),
    )


def yaml(file):
    case = file.case
    case(
        "YAML: two values on one line",
        "a text that holds `: ` needs quotes",
        "cutover: 1\nflags: a«1»: b\n",
        problem("yaml_syntax", ""),
    )
    case("YAML: a tab", "indent with spaces", "cutover: 1\nflags:\n\t«1»- b\n", problem("yaml_syntax", "flags"))
    case(
        "YAML: not closed", "what is missing is missing at the end", "cutover: 1\nflags: [\n«1»", problem("yaml_syntax", "flags")
    )
    case(
        "YAML: a text not closed",
        "the quote that opens it is the place",
        'cutover: 1\ntimezone: «1»"UTC\n',
        problem("yaml_syntax", "timezone"),
    )
    case("YAML: two documents", "one document a text", "cutover: 1\n«1»---\nflags: {}\n", problem("several_documents", ""))
    case(
        "YAML: no such anchor",
        "an alias needs its anchor before it",
        "cutover: 1\nflags: «1»*none\n",
        problem("undefined_alias", "flags"),
    )
    case(
        "YAML: an alias of itself",
        "a value cannot be inside of itself",
        "cutover: 1\nflags: &all\n  a: «1»*all\n",
        problem("recursive_alias", "flags.a"),
    )
    case(
        "YAML: a tag",
        "tags of programs are not known here",
        "cutover: 1\nflags: «1»!flags {}\n",
        problem("unknown_tag", "flags", found="!flags"),
    )
    case(
        "YAML: a tag that lies",
        "a tag has to be true",
        "cutover: «1»!!int one\n",
        problem("tag_mismatch", "cutover", found="one"),
    )
    case(
        "YAML: not finite",
        "JSON has no infinity, and no NaN",
        "cutover: 1\nflags:\n  a:\n    variants:\n      b: «1».inf\n      c: «2».NaN\n",
        problem("not_finite", "flags.a.variants.b", 1, found=".inf"),
        problem("not_finite", "flags.a.variants.c", 2, found=".NaN"),
    )
    case(
        "YAML: a number out of range",
        "larger than any binary64",
        "cutover: «1»1e999\n",
        problem("number_out_of_range", "cutover", found="1e999"),
    )
    case(
        "YAML: keys that are no texts",
        "null, lists and mappings are no keys",
        "cutover: 1\nflags:\n  «1»~: {}\n  ? «2»[a]\n  : {}\n",
        problem("key_not_text", "flags", 1, found="null"),
        problem("key_not_text", "flags", 2, found="a list"),
    )
    case(
        "YAML: a merge key",
        "YAML 1.2 has none",
        "cutover: 1\nflags:\n  a: &a { owner: b }\n  c:\n    «1»<<: *a\n",
        problem("merge_key", "flags.c", found="<<"),
    )
    case(
        "YAML: repeated keys",
        "the second of two keys is one too many",
        'cutover: 1\nflags:\n  é: {}\n  «1»"é": {}\n',
        problem("duplicate_key", 'flags["é"]', found="é"),
    )
    laughs = "".join(f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 6))
    case(
        "YAML: aliases of aliases",
        "what aliases would repeat is counted, and not made",
        f"a0: &a0 [1,1,1,1,1,1,1,1,1]\n{laughs}" + "a6: &a6 [*a5,*a5,*a5,*a5,*a5,«1»*a5,*a5,*a5,*a5]\n",
        problem("too_many_values", "a6[5]"),
    )
    case(
        "YAML: several at once",
        "what can be read is read on",
        "cutover: 1\nflags:\n  a: «1».inf\n  b: «2»!x 1\n  «3»a: 1\n",
        problem("not_finite", "flags.a", 1),
        problem("unknown_tag", "flags.b", 2),
        problem("duplicate_key", "flags.a", 3),
    )
    case(
        "YAML: wide characters",
        "columns count code points, not bytes and not UTF-16 units",
        "cutover: 1\nflags: { 😀é: «1».inf }\n",
        problem("not_finite", 'flags["😀é"]'),
    )
    case(
        "YAML: carriage returns",
        "lines end with LF, CR LF or CR",
        "cutover: 1\r\nflags:\r\n  a: «1».inf\r\n",
        problem("not_finite", "flags.a"),
    )
    case("YAML: a byte order mark", "it is skipped, and is no column", "\ufeffcutover: 1\nflags: {}\n")


def any_text(file):
    case = file.case
    case("nothing", "an empty text is no ruleset", "«1»", problem("empty_document", "", expected=["a mapping"]))
    case("only a comment", "nor is a comment", "«1»# nothing\n", problem("empty_document", ""))
    case("a list", "a ruleset is a mapping", "«1»- cutover\n", problem("wrong_type", "", found="a list", expected=["a mapping"]))
    case("a text", "a ruleset is a mapping", "«1»hello\n", problem("wrong_type", "", found="hello"))
    latin = "cutover: 1\n# d\xe9cid\xe9\n".encode("latin-1").hex()
    case("Latin-1", "documents are UTF-8", {"$bytes": latin}, problem("not_utf8", "", (2, 4), found="the byte 0xE9"))
    utf16 = "\ufeffcutover: 1\n".encode("utf-16-le").hex()
    case(
        "UTF-16",
        "and not UTF-16",
        {"$bytes": utf16},
        problem("not_utf8", "", (1, 1), found="the byte 0xFF", help="it is encoded in UTF-16: save it as UTF-8"),
    )
    case(
        "too large",
        "32 MiB and no more",
        repeat(" ", 32 * 1024 * 1024 + 1),
        problem("document_too_large", "", None, found="33554433 bytes"),
    )
