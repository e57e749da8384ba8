/*
 * Tells the site that frames this page how high it is, so that the frame needs no scroll bar.
 * Only the sites the exchange names are told: each is addressed by its origin.
 */
(function () {
  "use strict";
  const sites = (document.body.dataset.sites || "").split(" ").filter(Boolean);
  if (window.parent === window || !sites.length) return;

  function tell() {
    const height = document.documentElement.getBoundingClientRect().height;
    sites.forEach(function (site) {
      window.parent.postMessage({ liaisonFinderHeight: height }, site);
    });
  }

  new ResizeObserver(tell).observe(document.body);
  tell();
})();
