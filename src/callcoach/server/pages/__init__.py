"""The web pages' frame: layout, words, navigation, static files. Each domain keeps its pages in its own folder.

How a page is added, say a list of calls:

1. **Route**: `server/calls/pages.py` with a `router = APIRouter(include_in_schema=False)`, put into `PAGE_ROUTERS`
   of `server/app.py`. A route is thin: `Annotated[Principal, Depends(require(Permission.…))]`, a call of the store,
   `return render(request, CallsPage(…))`.
2. **Context**: a frozen dataclass in `server/calls/contexts.py` that inherits `View`, names its `template` and
   documents its fields. The template gets these fields, what `rendering.GLOBALS` lists, and nothing else; a test
   compares both. A part that htmx fetches alone is a `View` of its own whose template begins with `_`; the page has
   it as a field and writes `{{ show(rows) }}`.
3. **Template**: `server/calls/templates/calls/list.html.j2`, which extends `frame.html.j2` and fills the blocks
   `title`, `actions` and `content`. Macros are in `parts.html.j2`. No inline script, no style attribute.
4. **Messages**: `server/pages/messages/calls.yaml`, both languages at each key; `t("calls.title")` in templates. A
   key with a part that is computed (`t("role." ~ role)`) belongs into `messages.FAMILIES`.
5. **Rights**: a `Permission` in `callcoach/rights.py` if none fits (in words in `people/guide.py`), and the route in
   `tests/server/test_rights.py`.
6. **Navigation**: an `Entry` in `navigation.py`. The screenshot, accessibility and width tests take every entry from
   there; `tests/server/browser/site.py` fills the site they look at.

Forms carry `{{ forgery() }}` (htmx sends the same by itself); times are shown by `{{ moment(at) }}`; what a person saw,
heard, changed or took away is noted by `note(session, "call.hear", about=…, **by(request, principal))` in the
transaction of the deed; its words stand in `messages/deed.yaml`. Answers that are JSON belong to `/api/v1`.
"""
