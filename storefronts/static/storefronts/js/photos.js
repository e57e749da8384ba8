/* Photos of an application: each is sent by itself as soon as it is chosen or dropped, with its
   progress; the list of photos is drawn by the server. Without this script a button sends them.

   <form data-photos="URL that takes one photo"> with a file field, [data-photo-list],
   [data-photo-progress], [data-photo-says] (a live region), and [data-photo-button], which is
   hidden here. A photo that is refused keeps its row, with the sentence why. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-photos]");
  const input = form && form.querySelector("input[type=file]");
  if (!input || !window.FormData || !window.DataTransfer) { return; }

  const list = form.querySelector("[data-photo-list]");
  const progress = form.querySelector("[data-photo-progress]");
  const says = form.querySelector("[data-photo-says]");
  const waiting = [];
  let isSending = false;
  let isOurs = false;

  form.querySelector("[data-photo-button]").hidden = true;

  function preview(row, file) {
    if (!/^image\/(jpeg|png)$/.test(file.type)) { return; }
    const reader = new FileReader();
    reader.addEventListener("load", function () {
      const image = document.createElement("img");
      image.alt = "";
      image.addEventListener("error", function () { image.remove(); });
      image.src = reader.result;
      row.prepend(image);
    });
    reader.readAsDataURL(file);
  }

  function rowFor(file) {
    const row = document.createElement("li");
    row.className = "photo-progress__item";
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", "Adding " + file.name);
    row.append(name, bar);
    preview(row, file);
    progress.append(row);
    progress.hidden = false;
    return { row: row, name: name, bar: bar };
  }

  function kinds() {
    return Array.from(list.querySelectorAll("select"));
  }

  function refuse(shown, text) {
    shown.bar.remove();
    shown.name.textContent = text;
    shown.row.classList.add("photo-progress__item--refused");
    says.textContent = text;
  }

  function accept(shown, html) {
    const chosen = new Map(kinds().map(function (select) { return [select.name, select.value]; }));
    const focused = document.activeElement && list.contains(document.activeElement) ? document.activeElement.id : "";
    list.innerHTML = html;
    kinds().forEach(function (select) {
      if (chosen.get(select.name)) { select.value = chosen.get(select.name); }
    });
    if (focused && document.getElementById(focused)) { document.getElementById(focused).focus(); }
    shown.row.remove();
    progress.hidden = progress.children.length === 0;
    says.textContent = shown.name.textContent + " was added. Say what it shows.";
  }

  function next() {
    const one = waiting.shift();
    isSending = Boolean(one);
    if (!one) { return; }
    const data = new FormData();
    kinds().forEach(function (select) { data.append(select.name, select.value); });
    data.append("uploads", one.file);
    const token = document.querySelector("meta[name=csrf-token]");
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.photos);
    request.setRequestHeader("X-CSRFToken", token ? token.content : "");
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) { one.shown.bar.value = Math.round(event.loaded / event.total * 100); }
    });
    request.addEventListener("load", function () {
      if (request.status === 200) {
        accept(one.shown, request.responseText);
      } else if (request.status === 422) {
        refuse(one.shown, request.responseText);
      } else {
        refuse(one.shown, one.file.name + ": it could not be sent. Try it again.");
      }
      next();
    });
    request.addEventListener("error", function () {
      refuse(one.shown, one.file.name + ": the connection was lost. Try it again.");
      next();
    });
    request.send(data);
  }

  input.addEventListener("change", function () {
    if (isOurs || input.files.length === 0) { return; }
    Array.from(input.files).forEach(function (file) {
      waiting.push({ file: file, shown: rowFor(file) });
    });
    // The field is empty again, so that the form does not send them a second time.
    isOurs = true;
    input.files = new DataTransfer().files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    isOurs = false;
    if (!isSending) { next(); }
  });
})();
