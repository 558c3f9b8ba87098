"""Pages of the site from the repository's files: the README is the home page, and links out of docs lead to GitHub."""

import posixpath
import re
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ["README.md", "CHANGELOG.md"]  # pages that are not below docs
LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def on_files(files, config):
    for name in BESIDE:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    files.append(File.generated(config, "site.css", abs_src_path=str(ROOT / "site" / "site.css")))
    return files


def on_page_markdown(markdown, page, config, files):
    """Leads links of a file of the repository to the page, or, where it is none, to where it stands on GitHub."""
    source, repository = page.file.src_uri, config.extra["repository"]
    at = "" if source in BESIDE else "docs"

    def lead(found):
        target = posixpath.normpath(posixpath.join(at, posixpath.dirname(source), found[2]))
        if not (ROOT / target).exists():
            raise PluginError(f"{source}: the link {found[2]} leads to nothing")
        name = target.removeprefix("docs/")
        if not files.get_file_from_path(name) or (target == name and name not in BESIDE):
            kind = "tree" if (ROOT / target).is_dir() else "blob"
            return f"{found[1]}{repository}/{kind}/main/{target}{found[3] or ''})"
        return f"{found[1]}{posixpath.relpath(name, posixpath.dirname(source) or '.')}{found[3] or ''})"

    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [LINK.sub(lead, markdown[end : fence.start()]), shown(fence[0], source, repository)]
        end = fence.end()
    return "".join([*parts, LINK.sub(lead, markdown[end:])])


def shown(block, source, repository):
    """A block as it stands; what would need a program from elsewhere in the reader's browser is a link."""
    if block.startswith("```mermaid"):
        return f"[The picture, on GitHub.]({repository}/blob/main/docs/{source})"
    return block


def on_page_content(html, **_):
    """Names and flags that fit any line stay whole."""
    return re.sub(r"<code>([^<\n]{1,32})</code>", r'<code class="short">\1</code>', html)
