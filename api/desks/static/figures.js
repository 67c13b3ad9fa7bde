// The figures come ready from the service; choosing another month or another view asks for them.

for (const choice of document.querySelectorAll("#asked select")) choice.addEventListener("change", () => choice.form.requestSubmit());
