/* Inserting one of the unit's texts into a box, where the cursor is. Without script the form leads
   to the act's page with the text in its box. */
(function () {
  "use strict";

  function put(box, text) {
    const start = box.selectionStart, end = box.selectionEnd;
    const before = box.value.slice(0, start);
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    box.setRangeText(gap + text, start, end, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }

  document.addEventListener("submit", async function (event) {
    const form = event.target.closest("form[data-insert]");
    if (!form) { return; }
    const into = form.elements.into;
    const chosen = into.tagName === "SELECT" ? into.selectedOptions[0] : into;
    const box = document.getElementById(chosen.dataset.box);
    if (!box) { return; }
    event.preventDefault();
    try {
      const answer = await fetch(form.elements.text.selectedOptions[0].dataset.url, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
      put(box, await answer.text());
    } catch (error) {
      form.submit();
    }
  });
})();
