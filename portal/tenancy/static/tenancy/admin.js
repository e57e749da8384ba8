/* The search boxes of the administration site's forms have no name of their own; give them the name
   of the field they stand for, so that a screen reader says which one it is. */
window.addEventListener("load", function () {
  "use strict";
  document.querySelectorAll("select.admin-autocomplete").forEach(function (select) {
    const label = document.querySelector("label[for='" + select.id + "']");
    const box = select.parentElement.querySelector(".select2-selection");
    if (label && box) {
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", label.textContent.replace(":", "").trim());
    }
  });
});
