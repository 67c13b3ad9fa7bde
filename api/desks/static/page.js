// What every page has: the switch of languages, and signing out.

import { say, send } from "./api.js";

document.getElementById("language")?.addEventListener("click", ({ currentTarget }) => {
  document.cookie = `sohoa-lang=${currentTarget.value}; path=/; max-age=31536000; samesite=strict`;
  location.reload();
});

document.getElementById("sign-out")?.addEventListener("click", async () => {
  try {
    await send("DELETE", "/v1/session");
    location.assign("/desk/sign-in");
  } catch (error) {
    say(error.message, true);
  }
});
