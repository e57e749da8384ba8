/* File fields: drop files on the box, see what is chosen, take single files out again. */
(function () {
  "use strict";

  const KIB = 1024;

  function size(bytes) {
    if (bytes < KIB) { return bytes + " bytes"; }
    const kib = bytes / KIB;
    return kib < KIB ? Math.round(kib) + " kB" : (kib / KIB).toFixed(1) + " MB";
  }

  function put(input, files) {
    const transfer = new DataTransfer();
    files.forEach(function (file) { transfer.items.add(file); });
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show(box, input) {
    const list = box.querySelector(".ui-file__list");
    list.replaceChildren();
    list.hidden = input.files.length === 0;
    Array.from(input.files).forEach(function (file, index) {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = file.name + " (" + size(file.size) + ")";
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "usa-button usa-button--unstyled";
      remove.textContent = "Remove";
      remove.setAttribute("aria-label", "Remove " + file.name);
      remove.addEventListener("click", function () {
        put(input, Array.from(input.files).filter(function (other, place) { return place !== index; }));
        input.focus();
      });
      row.append(name, remove);
      list.append(row);
    });
  }

  function setUp(box) {
    const input = box.querySelector("input[type=file]");
    if (!input || box.dataset.ready) { return; }
    box.dataset.ready = "yes";
    input.addEventListener("change", function () { show(box, input); });
    box.addEventListener("dragover", function (event) {
      event.preventDefault();
      box.classList.add("ui-file--over");
    });
    box.addEventListener("dragleave", function () { box.classList.remove("ui-file--over"); });
    box.addEventListener("drop", function (event) {
      event.preventDefault();
      box.classList.remove("ui-file--over");
      const dropped = Array.from(event.dataTransfer.files);
      put(input, input.multiple ? Array.from(input.files).concat(dropped) : dropped.slice(0, 1));
    });
  }

  function setUpAll(root) { root.querySelectorAll("[data-file-list]").forEach(setUp); }
  setUpAll(document);
  document.addEventListener("htmx:load", function (event) { setUpAll(event.detail.elt); });
})();
