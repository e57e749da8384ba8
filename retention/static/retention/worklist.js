/* The worklist by keyboard: a row in focus and one key open the form, Enter saves it.

   Keys answer only while a row itself has the focus, so nobody who types or dictates elsewhere sets
   one off (WCAG 2.1.4). Without script the link "Log" leads to a page with the same form. */
(function () {
  "use strict";

  const OUTCOMES = { n: "no_answer", m: "left_message", r: "reached", l: "" };

  function rows() { return Array.from(document.querySelectorAll("[data-crw-row]")); }

  function step(row, by) {
    const all = rows();
    const next = all[all.indexOf(row) + by];
    if (next) { next.focus(); }
  }

  function openForm(row, outcome) {
    const url = row.dataset.log + (outcome ? (row.dataset.log.includes("?") ? "&" : "?") + "outcome=" + outcome : "");
    window.htmx.ajax("GET", url, { target: "#" + CSS.escape(row.parentElement.id), swap: "outerHTML" });
  }

  document.addEventListener("keydown", function (event) {
    const form = event.target.closest("[data-crw-quick]");
    if (form && event.key === "Escape") {
      event.preventDefault();
      form.querySelector("[data-crw-cancel]").click();
      return;
    }
    const row = event.target;
    if (!row.matches("[data-crw-row]") || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const key = event.key.toLowerCase();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(row, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      row.querySelector(".ui-row-link").click();
    } else if (key in OUTCOMES && row.dataset.log) {
      event.preventDefault();
      openForm(row, OUTCOMES[key]);
    }
  });

  /* A form that has just opened takes the focus, and a row that was just saved gets it back. */
  document.addEventListener("htmx:load", function (event) {
    const opened = event.target.querySelector("[data-crw-quick] input, [data-crw-quick] select");
    const focus = opened || event.target.querySelector("tr[autofocus]");
    if (focus) { focus.focus(); }
  });

  document.querySelectorAll("[data-crw-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
