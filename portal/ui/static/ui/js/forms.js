/* Forms: character counters, a warning before unsaved text is lost, drafts, and text kept over
   the end of a session.

   data-warn-unsaved   ask before leaving with changes
   data-draft-url      post the form there a few seconds after the last change
   data-keep           keep typed text in this window until it is submitted */
(function () {
  "use strict";

  const DRAFT_PAUSE_MS = 3000;
  const KEEP_PAUSE_MS = 400;
  const KEEP_PREFIX = "liaison.kept:";
  const SUBMITTED = "submitted";
  const body = document.body;
  const person = body.dataset.personKey || "";

  /* --- Character counters ---------------------------------------------------------------- */

  function showCount(counter) {
    const control = document.getElementById(counter.dataset.countFor);
    if (!control) { return; }
    const left = Number(counter.dataset.limit) - control.value.length;
    const amount = Math.abs(left).toLocaleString("en-US") + (Math.abs(left) === 1 ? " character " : " characters ");
    counter.textContent = control.value.length ? amount + (left < 0 ? "over the limit" : "left")
      : Number(counter.dataset.limit).toLocaleString("en-US") + " characters allowed";
    counter.classList.toggle("usa-character-count__status--invalid", left < 0);
  }
  function counterOf(control) {
    return control.id ? document.getElementById(control.id + "_count") : null;
  }

  /* --- Unsaved changes ------------------------------------------------------------------- */

  const changed = new WeakSet();
  window.addEventListener("beforeunload", function (event) {
    const forms = Array.from(document.querySelectorAll("form[data-warn-unsaved]"));
    if (!leavingForSignIn && forms.some(function (form) { return changed.has(form); })) {
      event.preventDefault();
    }
  });
  let leavingForSignIn = false;

  /* --- Drafts ---------------------------------------------------------------------------- */

  const draftTimers = new WeakMap();
  function draftStatus(form) {
    let place = form.querySelector("[data-draft-status]");
    if (!place) {
      place = document.createElement("p");
      place.className = "ui-draft-status";
      place.dataset.draftStatus = "";
      place.setAttribute("role", "status");
      form.append(place);
    }
    return place;
  }
  async function saveDraft(form) {
    const data = new FormData(form);
    Array.from(data.entries()).forEach(function (entry) {
      if (entry[1] instanceof File) { data.delete(entry[0]); }
    });
    const token = document.querySelector("meta[name=csrf-token]");
    try {
      const response = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": token ? token.content : "", "HX-Request": "true" },
        credentials: "same-origin",
        redirect: "error"
      });
      if (response.status === 422) {
        // The server says what to take out; it never repeats the text.
        draftStatus(form).textContent = await response.text();
        return;
      }
      if (!response.ok) { throw new Error(String(response.status)); }
      const time = new Date().toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
      draftStatus(form).textContent = "Draft saved " + time;
      changed.delete(form);
      document.dispatchEvent(new CustomEvent("liaison:contact"));
    } catch (error) {
      draftStatus(form).textContent = "The draft could not be saved. We will try again as you type.";
    }
  }
  function scheduleDraft(form) {
    clearTimeout(draftTimers.get(form));
    draftTimers.set(form, setTimeout(saveDraft, DRAFT_PAUSE_MS, form));
  }

  /* --- Text kept over the end of a session --------------------------------------------------

     Kept in this window only, under the page's path and an opaque key of the person. Submitting
     marks the text; the next page decides: signed in, it has arrived and is dropped; on the
     sign-in page it has not, and stays. Signing out on purpose drops everything. */

  function keptKeys() {
    return Object.keys(sessionStorage).filter(function (key) { return key.startsWith(KEEP_PREFIX); });
  }
  function keyOf(form) {
    const name = form.id || String(Array.from(document.forms).indexOf(form));
    return KEEP_PREFIX + person + ":" + location.pathname + ":" + name;
  }
  function isKept(control) {
    return control.name && control.name !== "csrfmiddlewaretoken" && !control.disabled &&
      !["password", "file", "hidden", "submit", "button", "reset"].includes(control.type);
  }
  function valuesOf(form) {
    return Array.from(form.elements).filter(isKept).map(function (control) {
      const choice = control.type === "checkbox" || control.type === "radio";
      return { name: control.name, value: control.value, choice: choice, checked: Boolean(control.checked) };
    });
  }
  function keep(form, state) {
    if (!person) { return; }
    sessionStorage.setItem(keyOf(form), JSON.stringify({ state: state || "", values: valuesOf(form) }));
  }
  function readKept(key) {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch (error) { return null; }
  }
  function putBack(form, kept) {
    let differs = false;
    kept.values.forEach(function (item) {
      Array.from(form.elements).forEach(function (control) {
        if (control.name !== item.name || !isKept(control)) { return; }
        if (item.choice) {
          if (control.value === item.value && control.checked !== item.checked) {
            control.checked = item.checked;
            differs = true;
          }
        } else if (control.value !== item.value) {
          control.value = item.value;
          differs = true;
        }
      });
    });
    return differs;
  }
  function showKept(form) {
    const notice = document.createElement("div");
    notice.className = "usa-alert usa-alert--info usa-alert--slim";
    notice.setAttribute("role", "status");
    const inner = document.createElement("div");
    inner.className = "usa-alert__body ui-kept";
    const words = document.createElement("span");
    words.textContent = "We put back what you had typed here. It is not saved yet.";
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "usa-button usa-button--unstyled";
    discard.textContent = "Discard it";
    discard.addEventListener("click", function () {
      sessionStorage.removeItem(keyOf(form));
      form.reset();
      changed.delete(form);
      form.querySelectorAll("[data-count-for]").forEach(showCount);
      notice.remove();
    });
    inner.append(words, discard);
    notice.append(inner);
    form.prepend(notice);
  }
  function settleKept() {
    keptKeys().forEach(function (key) {
      const kept = readKept(key);
      const mine = key.startsWith(KEEP_PREFIX + person + ":");
      if (!kept || (person && !mine)) {
        sessionStorage.removeItem(key);
      } else if (kept.state === SUBMITTED) {
        if (person) {
          sessionStorage.removeItem(key);
        } else {
          sessionStorage.setItem(key, JSON.stringify({ state: "", values: kept.values }));
        }
      }
    });
  }

  /* --- Wiring ------------------------------------------------------------------------------ */

  const keepTimers = new WeakMap();
  function onEdit(event) {
    const control = event.target;
    const form = control.form;
    const counter = control.id && counterOf(control);
    if (counter) { showCount(counter); }
    if (!form) { return; }
    changed.add(form);
    if (form.dataset.draftUrl) { scheduleDraft(form); }
    if (form.hasAttribute("data-keep")) {
      clearTimeout(keepTimers.get(form));
      keepTimers.set(form, setTimeout(keep, KEEP_PAUSE_MS, form));
    }
  }
  document.addEventListener("input", onEdit);
  document.addEventListener("change", onEdit);
  document.addEventListener("submit", function (event) {
    const form = event.target;
    changed.delete(form);
    clearTimeout(draftTimers.get(form));
    clearTimeout(keepTimers.get(form));
    if (form.hasAttribute("data-keep")) { keep(form, SUBMITTED); }
    if (form.hasAttribute("data-sign-out")) {
      keptKeys().forEach(function (key) { sessionStorage.removeItem(key); });
    }
  });
  document.addEventListener("liaison:session-ending", function () {
    leavingForSignIn = true;
    document.querySelectorAll("form[data-keep]").forEach(function (form) {
      if (changed.has(form)) { keep(form); }
    });
  });

  function setUp(root) {
    root.querySelectorAll("[data-count-for]").forEach(function (counter) {
      counter.setAttribute("aria-live", "polite");
      showCount(counter);
    });
    root.querySelectorAll("form[data-keep]").forEach(function (form) {
      const kept = person && readKept(keyOf(form));
      if (kept && putBack(form, kept)) {
        changed.add(form);
        form.querySelectorAll("[data-count-for]").forEach(showCount);
        showKept(form);
      }
    });
  }
  settleKept();
  setUp(document);
  document.addEventListener("htmx:load", function (event) {
    if (event.detail.elt !== body) { setUp(event.detail.elt); }
  });
})();
