/* The end of an idle session (AC-11): a warning in good time, one key to stay, and no lost text.

   The server keeps the clock; this page only mirrors it. Work in another tab of the same browser
   counts, and so does typing here, which is passed on to the server at most every two minutes. */
(function () {
  "use strict";

  const body = document.body;
  const dialog = document.getElementById("idle-dialog");
  const idleMs = Number(body.dataset.idleSeconds) * 1000;
  const warningMs = Number(body.dataset.idleWarningSeconds) * 1000;
  if (!dialog || !idleMs) { return; }

  const SHARED_KEY = "liaison.contact";
  const PASS_ON_MS = 2 * 60 * 1000;
  const ANNOUNCE_AT = [60, 30, 10];
  let contact = Date.now();
  let announced = null;
  let asking = false;
  let leaving = false;

  function touched() {
    contact = Date.now();
    localStorage.setItem(SHARED_KEY, String(contact));
    if (dialog.open) { dialog.close(); }
  }

  async function stay() {
    if (asking) { return; }
    asking = true;
    const token = document.querySelector("meta[name=csrf-token]");
    try {
      const response = await fetch(body.dataset.keepAliveUrl, {
        method: "POST",
        headers: { "X-CSRFToken": token ? token.content : "", "HX-Request": "true" },
        credentials: "same-origin",
        redirect: "manual"
      });
      if (response.ok) {
        touched();
      } else {
        leave();
      }
    } catch (error) {
      dialog.querySelector("[data-idle-announce]").textContent =
        "The connection was lost, so the session could not be extended yet.";
    } finally {
      asking = false;
    }
  }

  function leave() {
    if (leaving) { return; }
    leaving = true;
    document.dispatchEvent(new CustomEvent("liaison:session-ending"));
    location.assign(body.dataset.loginUrl + "?next=" + encodeURIComponent(location.pathname + location.search));
  }

  function say(seconds) {
    dialog.querySelector("[data-idle-countdown]").textContent =
      seconds + (seconds === 1 ? " second" : " seconds");
    const mark = ANNOUNCE_AT.filter(function (at) { return seconds <= at; }).pop();
    if (mark !== announced) {
      announced = mark;
      dialog.querySelector("[data-idle-announce]").textContent =
        "You will be signed out in " + seconds + " seconds.";
    }
  }

  function tick() {
    const shared = Number(localStorage.getItem(SHARED_KEY));
    if (shared > contact && shared <= Date.now()) {
      contact = shared;
      if (dialog.open) { dialog.close(); }
    }
    const left = contact + idleMs - Date.now();
    if (left <= 0) {
      leave();
    } else if (left <= warningMs) {
      if (!dialog.open) {
        announced = null;
        dialog.showModal();
      }
      say(Math.ceil(left / 1000));
    }
  }

  function active() {
    if (!dialog.open && Date.now() - contact > PASS_ON_MS) { stay(); }
  }

  dialog.querySelector("[data-idle-stay]").addEventListener("click", stay);
  dialog.addEventListener("cancel", function (event) {
    event.preventDefault();
    stay();
  });
  document.addEventListener("input", active);
  document.addEventListener("pointerdown", active);
  document.addEventListener("liaison:contact", touched);
  document.addEventListener("htmx:afterRequest", function (event) {
    const headers = event.detail.requestConfig && event.detail.requestConfig.headers;
    if (event.detail.successful && !(headers && headers["X-Unattended"])) { touched(); }
  });
  touched();
  setInterval(tick, 1000);
})();
