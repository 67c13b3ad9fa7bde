// What every page has: the switch of languages, and signing out.

document.getElementById("language")?.addEventListener("click", ({ currentTarget }) => {
  document.cookie = `sohoa-lang=${currentTarget.value}; path=/; max-age=31536000; samesite=strict`;
  location.reload();
});

document.getElementById("sign-out")?.addEventListener("click", () => location.assign("/desk/sign-out"));
