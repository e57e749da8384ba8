/* The header's numbers without a page load: asked for twice a minute while the page is seen.

   Asking is no activity, so it does not keep a session alive. What is new is read out once, however
   many pages are opened meanwhile: what was heard is remembered for this window. Focus stays where
   it is, and the page's title says nothing. */
(function () {
  "use strict";

  const body = document.body;
  const places = Array.from(document.querySelectorAll("[data-live]"));
  if (!body.dataset.liveUrl || !places.length) { return; }

  const KEY = "liaison.live." + body.dataset.personKey;
  const EVERY_MS = 30 * 1000;
  const LONGEST_MS = 10 * 60 * 1000;
  const SHOWN_AT_MOST = 99;
  let wait = EVERY_MS;
  let timer = null;
  let asking = false;
  let over = false;
  let kept = read();

  function read() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) || {};
    } catch (error) {
      return {};
    }
  }

  function keep(changes) {
    kept = Object.assign({}, kept, changes);
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  }

  function show(numbers) {
    places.forEach(function (place) {
      const waiting = numbers[place.dataset.live];
      const count = waiting ? waiting.count : 0;
      const text = count > SHOWN_AT_MOST ? SHOWN_AT_MOST + "+" : String(count || "");
      place.replaceChildren(document.createTextNode(text));
      if (count) {
        const words = document.createElement("span");
        words.className = "usa-sr-only";
        words.textContent = " unread";
        place.append(words);
      }
    });
  }

  /* Say what came since it was last heard; what was there before the first look is no news. */
  function announce(numbers) {
    const heard = Object.assign({}, kept.heard);
    const news = [];
    places.forEach(function (place) {
      const key = place.dataset.live;
      const waiting = numbers[key] || { count: 0, newest: 0 };
      if (key in heard && waiting.newest > heard[key]) {
        news.push(waiting.count === 1 ? "1 " + place.dataset.one : place.dataset.many + ", " + waiting.count + " unread");
      }
      heard[key] = Math.max(heard[key] || 0, waiting.newest);
    });
    keep({ heard: heard });
    const voice = document.querySelector("[data-live-announce]");
    if (voice && news.length) {
      const words = news.join(". ");
      voice.textContent = words.charAt(0).toUpperCase() + words.slice(1) + ".";
    }
  }

  async function ask() {
    if (asking || over || document.hidden) { return; }
    asking = true;
    clearTimeout(timer);
    try {
      const headers = { "X-Unattended": "1", "Accept": "application/json" };
      if (kept.etag) { headers["If-None-Match"] = kept.etag; }
      const response = await fetch(body.dataset.liveUrl, {
        headers: headers, credentials: "same-origin", cache: "no-store"
      });
      if (response.status === 401) {
        over = true;
        return;
      }
      if (response.status !== 304) {
        const type = response.headers.get("Content-Type") || "";
        if (!response.ok || !type.startsWith("application/json")) { throw new Error("no numbers"); }
        const numbers = await response.json();
        show(numbers);
        announce(numbers);
        keep({ etag: response.headers.get("ETag"), numbers: numbers });
      }
      wait = EVERY_MS;
    } catch (error) {
      wait = Math.min(wait * 2, LONGEST_MS);
    } finally {
      asking = false;
      later();
    }
  }

  /* Not all windows at the same second. */
  function later() {
    clearTimeout(timer);
    if (!over) { timer = setTimeout(ask, wait * (0.8 + 0.4 * Math.random())); }
  }

  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) { ask(); }
  });
  document.addEventListener("liaison:live", ask);

  /* The menu is filled each time it opens. After a step in it, focus stays in it. */
  document.querySelectorAll("details[data-live-menu]").forEach(function (menu) {
    const newest = menu.querySelector("[data-live-newest]");
    menu.addEventListener("toggle", function () {
      if (menu.open) { newest.dispatchEvent(new CustomEvent("liaison:open")); }
    });
    newest.addEventListener("htmx:afterSwap", function (event) {
      const isStep = event.detail.requestConfig.verb !== "get";
      const title = newest.querySelector("h2");
      if (isStep && title) { title.focus(); }
    });
  });

  if (kept.numbers) { show(kept.numbers); }
  ask();
})();
