// In: the page of /docs with the element #viewer. Out: the documentation viewer in it. Runs in the
// browser as it is; a file of its own because our pages run no inline script.
/* global SwaggerUIBundle */
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/docs/json",
    dom_id: "#viewer",
    // The default asks a public service to check the document; a plant network has none.
    validatorUrl: null,
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
