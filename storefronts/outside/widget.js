/*
 * Puts the finder of enrollers into every element with data-liaison-finder, as high as it needs to
 * be. The element's own content, a link, stays for browsers without scripts.
 *
 *   <div data-liaison-finder data-language="es"><a href="…">Find Free Local Help</a></div>
 *   <script src="https://<portal>/find/<exchange>/widget.js" defer></script>
 */
(function () {
  "use strict";
  const source = new URL(document.currentScript.src);
  const folder = source.pathname.replace(/[^/]*$/, "");
  const frames = [];

  document.querySelectorAll("[data-liaison-finder]").forEach(function (place) {
    const language = place.dataset.language || "en";
    const link = place.querySelector("a");
    const frame = document.createElement("iframe");
    frame.src = source.origin + folder + (language === "en" ? "" : encodeURIComponent(language) + "/") + "embed/";
    frame.title = place.dataset.title || (link && link.textContent.trim()) || "Find Free Local Help";
    frame.referrerPolicy = "strict-origin";
    frame.style.border = "0";
    frame.style.width = "100%";
    frame.style.height = "40rem";
    place.replaceChildren(frame);
    frames.push(frame);
  });

  window.addEventListener("message", function (event) {
    const frame = frames.find(function (each) { return each.contentWindow === event.source; });
    if (!frame || event.origin !== source.origin || !event.data) return;
    const height = Number(event.data.liaisonFinderHeight);
    if (height > 0) frame.style.height = Math.min(Math.ceil(height), 20000) + "px";
  });
})();
