/* "Use my location": asks the browser only when its button is pressed, and passes on a point that
   is rounded to about a kilometer. */
(function () {
  "use strict";

  const button = document.querySelector("[data-near]");
  const says = document.querySelector("[data-near-says]");
  if (!button || !navigator.geolocation) { return; }
  button.hidden = false;

  button.addEventListener("click", function () {
    says.textContent = button.dataset.asking;
    navigator.geolocation.getCurrentPosition(function (position) {
      const form = button.form;
      form.elements.near.value = [position.coords.latitude, position.coords.longitude]
        .map(function (value) { return value.toFixed(2); }).join(",");
      form.elements.place.value = "";
      form.submit();
    }, function () {
      says.textContent = button.dataset.denied;
    }, { maximumAge: 600000, timeout: 10000 });
  });

  /* Whoever types a place means that one. */
  button.form.elements.place.addEventListener("input", function () {
    button.form.elements.near.value = "";
  });
})();
