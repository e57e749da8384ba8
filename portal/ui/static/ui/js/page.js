/* What every page may use: the menu, dialogs, row selection, row links, and htmx's manners. */
(function () {
  "use strict";

  /* Details used as a menu close on Escape and on a click elsewhere. */
  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except) { menu.open = false; }
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details[data-menu]"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    const open = document.querySelector("details[data-menu][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  /* A link with data-dialog leads to a confirmation page; where its dialog is here, that opens. */
  document.addEventListener("click", function (event) {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = event.target.closest("[data-dialog-close]");
    if (closer) { closer.closest("dialog").close(); }
  });

  /* A click anywhere on a row with data-row follows the row's own link. */
  document.addEventListener("click", function (event) {
    const row = event.target.closest("tr[data-row]");
    if (!row || event.target.closest("a, button, input, label, select, summary")) { return; }
    if (String(window.getSelection())) { return; }
    const link = row.querySelector("a.ui-row-link");
    if (link) { link.click(); }
  });

  /* Select all rows of the page. */
  function boxesOf(table, name) {
    return Array.from(table.querySelectorAll("tbody input[type=checkbox]"))
      .filter(function (box) { return box.name === name; });
  }
  function showSelection(table, all) {
    const boxes = boxesOf(table, all.dataset.selectAllFor);
    const chosen = boxes.filter(function (box) { return box.checked; }).length;
    all.checked = boxes.length > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    document.querySelectorAll("[data-selection-count]").forEach(function (place) {
      place.textContent = chosen + " selected";
    });
  }
  document.addEventListener("change", function (event) {
    const table = event.target.closest("table");
    const all = table && table.querySelector("[data-select-all-for]");
    if (!all) { return; }
    if (event.target === all) {
      boxesOf(table, all.dataset.selectAllFor).forEach(function (box) { box.checked = all.checked; });
    }
    showSelection(table, all);
  });
  function revealSelectAll(root) {
    root.querySelectorAll("[data-select-all]").forEach(function (control) {
      control.hidden = false;
      const fallback = control.parentElement.querySelector("[data-select-all-fallback]");
      if (fallback) { fallback.hidden = true; }
    });
  }

  /* Errors of the page's own requests become an alert that is read out. */
  function announce(text) {
    const place = document.getElementById("messages");
    if (!place) { return; }
    const alert = document.createElement("div");
    alert.className = "usa-alert usa-alert--error usa-alert--slim";
    alert.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.className = "usa-alert__body";
    const words = document.createElement("p");
    words.className = "usa-alert__text";
    words.textContent = text;
    body.append(words);
    alert.append(body);
    place.replaceChildren(alert);
  }
  function inBackground(event) {
    const headers = event.detail.requestConfig && event.detail.requestConfig.headers;
    return Boolean(headers && headers["X-Unattended"]);
  }
  document.addEventListener("htmx:configRequest", function (event) {
    const token = document.querySelector("meta[name=csrf-token]");
    if (token && event.detail.verb !== "get") { event.detail.headers["X-CSRFToken"] = token.content; }
  });
  document.addEventListener("htmx:responseError", function (event) {
    if (inBackground(event)) { return; }
    const status = event.detail.xhr.status;
    if (status === 401) {
      announce("You are signed out. Sign in again to go on.");
    } else if (status === 403) {
      announce("Your role does not include this step, or the page is too old. Reload and try again.");
    } else if (status === 429) {
      announce("Too many requests in a short time. Wait a moment, then try again.");
    } else {
      announce("That did not work. Nothing was changed. Try again, or reload the page.");
    }
  });
  document.addEventListener("htmx:sendError", function (event) {
    if (!inBackground(event)) { announce("The connection was lost. Check it and try again."); }
  });
  document.addEventListener("htmx:load", function (event) {
    revealSelectAll(event.detail.elt);
  });

  document.addEventListener("DOMContentLoaded", function () {
    revealSelectAll(document);
    const summary = document.querySelector("[data-error-summary]");
    if (summary) { summary.focus(); }
  });
})();
