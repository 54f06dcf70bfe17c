// Ways for a photo to come in: dropped, pasted, chosen, taken. All end in take(files).

export function watch(take, shade) {
  for (const input of document.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      take([...input.files]);
      input.value = ""; // so that the same file can be chosen again
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) take(files);
  });
  // dragenter and dragleave come for every element below the pointer.
  let depth = 0;
  const show = (newDepth) => {
    depth = newDepth;
    shade.hidden = depth < 1;
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => carriesFiles(event) && show(depth + 1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && show(depth - 1));
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(0);
    take([...event.dataTransfer.files]);
  });
}
