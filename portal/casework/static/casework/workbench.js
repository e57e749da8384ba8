/* The workbench: opens cases beside the list, refreshes the list without touching the case, and
   the keyboard. Everything works without: each row is a link to the whole page. */
(function () {
  "use strict";

  const bench = document.getElementById("bench");
  if (!bench || !window.htmx) { return; }
  const rows = bench.querySelector("[data-bench-rows]");
  const pane = bench.querySelector("[data-bench-pane]");
  const news = document.getElementById("bench-news");
  const help = document.getElementById("bench-help");
  const person = document.body.dataset.personKey || "";
  const KEYS = "liaison.bench-keys:" + person;
  const SCROLL = "liaison.bench-scroll:" + person;

  /* --- Where one is ------------------------------------------------------------------------ */

  function links() { return Array.from(rows.querySelectorAll("a[data-bench-open]")); }
  function openCase() { return pane.querySelector(".bench-case"); }
  function openNumber() { const shown = openCase(); return shown ? shown.dataset.number : ""; }
  function linkOf(number) {
    return links().find(function (link) { return link.dataset.number === number; });
  }
  function listParams() {
    const params = new URLSearchParams(location.search);
    params.delete("show");
    return params;
  }
  function mark(number) {
    links().forEach(function (link) {
      if (link.dataset.number === number) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    });
    bench.classList.toggle("bench--open", Boolean(number));
  }

  /* --- Opening a case beside the list ------------------------------------------------------ */

  async function show(url, number, focus) {
    const params = listParams();
    params.delete("case");
    const query = params.toString();
    await window.htmx.ajax("GET", url + (query ? "?" + query : ""), { target: pane, swap: "innerHTML" });
    if (openNumber() !== number) { return false; }
    news.replaceChildren();
    mark(number);
    if (focus) {
      const heading = document.getElementById("bench-number");
      heading.focus();
      bench.querySelector(".bench__case").scrollIntoView({ block: "nearest" });
    }
    return true;
  }

  async function open(link) {
    if (await show(link.dataset.benchOpen, link.dataset.number, true)) {
      const params = listParams();
      params.set("case", link.dataset.number);
      history.pushState(null, "", location.pathname + "?" + params.toString());
    }
  }

  function back() {
    const number = openNumber();
    bench.classList.remove("bench--open");
    const link = linkOf(number) || links()[0];
    if (link) { link.focus(); }
  }

  document.addEventListener("click", function (event) {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
    const link = event.target.closest("a[data-bench-open]");
    if (link && rows.contains(link)) {
      event.preventDefault();
      open(link);
    } else if (event.target.closest("[data-bench-back]")) {
      event.preventDefault();
      back();
    } else if (event.target.closest("[data-bench-newest]")) {
      event.preventDefault();
      refreshCase();
    }
  });
  window.addEventListener("popstate", function () { location.reload(); });

  function refreshCase() {
    const shown = openCase();
    if (shown) { show(shown.dataset.url, shown.dataset.number, true); }
  }

  /* --- The list refreshes by itself; what is being typed is never touched ------------------ */

  let etag = bench.dataset.etag;
  let asking = false;

  function tell(stamp) {
    const shown = openCase();
    if (!shown || stamp === null || stamp === shown.dataset.stamp) { return; }
    const words = stamp ? "This case has changed." : "You do not see this case any more.";
    if (news.textContent.startsWith(words)) { return; }
    const alert = document.createElement("div");
    alert.className = "usa-alert usa-alert--warning usa-alert--slim";
    const body = document.createElement("div");
    body.className = "usa-alert__body";
    const text = document.createElement("p");
    text.className = "usa-alert__text";
    text.textContent = words + " ";
    if (stamp) {
      const link = document.createElement("a");
      link.href = shown.dataset.here;
      link.dataset.benchNewest = "";
      link.textContent = "Show the newest";
      text.append(link);
    }
    body.append(text);
    alert.append(body);
    news.replaceChildren(alert);
  }

  function putRows(html) {
    const held = document.activeElement && rows.contains(document.activeElement)
      ? document.activeElement.dataset.number : "";
    const top = rows.scrollTop;
    rows.innerHTML = html;
    rows.scrollTop = top;
    links().forEach(function (link) {
      if (link.dataset.number === openNumber()) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    });
    const link = held && linkOf(held);
    if (link) { link.focus({ preventScroll: true }); } else if (held) { rows.focus({ preventScroll: true }); }
  }

  async function refreshRows() {
    if (asking) { return; }
    asking = true;
    const params = listParams();
    if (openNumber()) { params.set("case", openNumber()); } else { params.delete("case"); }
    try {
      const answer = await fetch(bench.dataset.rowsUrl + "?" + params.toString(), {
        headers: { "If-None-Match": etag, "X-Unattended": "1", "HX-Request": "true" },
        credentials: "same-origin",
        cache: "no-store"
      });
      if (answer.status === 200 && !answer.redirected) {
        etag = answer.headers.get("ETag") || etag;
        putRows(await answer.text());
      }
      if (answer.status === 200 || answer.status === 304) { tell(answer.headers.get("X-Case-Stamp")); }
    } catch (error) {
      return; /* The next time tries again. */
    } finally {
      asking = false;
    }
  }
  setInterval(function () {
    if (document.visibilityState === "visible") { refreshRows(); }
  }, Number(bench.dataset.refresh) * 1000);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "visible") { refreshRows(); }
  });

  /* --- The keyboard ------------------------------------------------------------------------- */

  function keysOn() { return localStorage.getItem(KEYS) !== "off"; }

  function step(by) {
    const all = links();
    if (!all.length) { return; }
    const held = all.indexOf(document.activeElement);
    const from = held >= 0 ? held : all.indexOf(linkOf(openNumber()));
    const next = from < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(from + by, 0), all.length - 1);
    bench.classList.remove("bench--open");
    all[next].focus();
  }
  function press(key) {
    const control = pane.querySelector('[data-act="' + key + '"]');
    if (!control) { return; }
    const menu = control.closest("details");
    if (menu) { menu.open = true; }
    control.focus();
    control.click();
  }
  function writeNote() {
    const box = pane.querySelector(".case-composer--internal textarea");
    if (box) { box.focus(); }
  }
  function search() {
    const box = document.querySelector('.ui-search input[type="search"], .ui-search input[name="q"]');
    if (box) { box.focus(); }
  }
  function showHelp() {
    document.getElementById("bench-keys-on").checked = keysOn();
    if (!help.open) { help.showModal(); }
  }

  const commands = {
    j: function () { step(1); },
    k: function () { step(-1); },
    o: function () {
      const held = document.activeElement;
      if (held && held.matches("a[data-bench-open]")) { open(held); }
    },
    a: function () { press("assign"); },
    t: function () { press("take"); },
    n: writeNote,
    u: back,
    r: function () { refreshRows(); refreshCase(); },
    "/": search,
    "?": showHelp
  };

  function isTyping(target) {
    return target.isContentEditable || Boolean(target.closest("input, textarea, select, [role=textbox]"));
  }
  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key !== "j" && event.key !== "k") { return; }
    if (!keysOn() || isTyping(event.target) || document.querySelector("dialog[open]")) { return; }
    const command = commands[event.key];
    if (!command) { return; }
    event.preventDefault();
    command();
  });

  const helpButton = document.querySelector("[data-bench-help]");
  helpButton.hidden = false;
  helpButton.addEventListener("click", showHelp);
  document.getElementById("bench-keys-on").addEventListener("change", function (event) {
    localStorage.setItem(KEYS, event.target.checked ? "on" : "off");
  });

  /* --- Where one was: the server remembers list and case, this window how far one had read --- */

  function keepPlace() {
    const place = { list: location.search.replace(/([?&])case=[^&]*/, "$1"), rows: rows.scrollTop, number: openNumber(), page: window.scrollY };
    sessionStorage.setItem(SCROLL, JSON.stringify(place));
  }
  window.addEventListener("pagehide", keepPlace);
  try {
    const place = JSON.parse(sessionStorage.getItem(SCROLL) || "null");
    if (place && place.list === location.search.replace(/([?&])case=[^&]*/, "$1")) {
      rows.scrollTop = place.rows;
      if (place.number === openNumber()) { window.scrollTo(0, place.page); }
    }
  } catch (error) {
    sessionStorage.removeItem(SCROLL);
  }
})();
