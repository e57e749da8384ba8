/* The number of chosen consumers on the button, as boxes are ticked (MD-22). */
(function () {
  "use strict";
  const button = document.querySelector("[data-proceed]");
  if (!button) { return; }
  const told = document.querySelector("[data-proceed-status]");
  const verb = button.dataset.verb;
  const kept = Number(button.dataset.kept);
  function show() {
    const ticked = button.form.querySelectorAll("input[name=consumer]:checked").length;
    const count = kept + ticked;
    const none = verb === "Continue" ? "Continue" : "Escalate";
    button.textContent = count ? verb + " (" + count + ")" : none;
    return count;
  }
  button.form.addEventListener("change", function (event) {
    if (event.target.name !== "consumer") { return; }
    const count = show();
    if (told) { told.textContent = count + " chosen"; }
  });
  /* A browser that goes back brings ticks back of its own. */
  window.addEventListener("pageshow", show);
}());
