/* While a long act on many cases runs, say how far it is. The page asks; the act goes on without. */
(function () {
  "use strict";

  const EVERY_MS = 700;

  function bar(form) {
    const box = document.createElement("div");
    box.className = "ui-progress";
    const label = document.createElement("label");
    label.htmlFor = "act-progress";
    label.textContent = "Working";
    const progress = document.createElement("progress");
    progress.id = "act-progress";
    progress.max = Number(form.dataset.total);
    const words = document.createElement("span");
    words.className = "ui-progress__value";
    words.setAttribute("role", "status");
    words.textContent = "Please wait: all of it is done, or nothing.";
    box.append(label, progress, words);
    form.append(box);
    return { progress: progress, words: words };
  }

  async function ask(url, shown) {
    try {
      const answer = await fetch(url, { headers: { "X-Unattended": "1" }, credentials: "same-origin" });
      if (!answer.ok) { return; }
      const state = await answer.json();
      if (!state.total) { return; }
      shown.progress.value = state.done;
      shown.words.textContent = state.done + " of " + state.total;
    } catch (error) {
      return;
    }
  }

  document.addEventListener("submit", function (event) {
    const form = event.target.closest("form[data-progress]");
    if (!form || event.defaultPrevented || form.dataset.working) { return; }
    form.dataset.working = "yes";
    const shown = bar(form);
    form.querySelectorAll("button[type=submit]").forEach(function (button) {
      // Disabled a moment later: a disabled button is not sent with its form.
      setTimeout(function () { button.disabled = true; }, 0);
    });
    setInterval(ask, EVERY_MS, form.dataset.progress, shown);
  });
})();
