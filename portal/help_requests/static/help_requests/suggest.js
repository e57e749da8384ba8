/* Suggested answers from the toolkits while the subject is typed. Long numbers are left out of what
   is asked, since they may be somebody's. */
(function () {
  "use strict";
  const asker = document.querySelector("[data-suggest]");
  const subject = document.getElementById("id_subject");
  if (!asker || !subject || !window.htmx) { return; }
  const PAUSE = 600;
  let timer = 0;
  let asked = "";
  function ask() {
    const typed = subject.value.replace(/\d{4,}/g, " ").trim();
    const words = (asker.dataset.topic + " " + typed).trim();
    if (words === asked) { return; }
    asked = words;
    asker.disabled = false;
    asker.value = words;
    window.htmx.trigger(asker, "suggest");
    asker.disabled = true;
  }
  subject.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  ask();
}());
