/** Loads the connector guides, which the build converts from Markdown to HTML. */

/**
 * Loads a connector's guide and returns its article; null if it is not available.
 *
 * XMLHttpRequest parses HTML into an inert document: no script runs and no image is loaded. `fetch` would need
 * DOMParser for that, which the page's Trusted Types policy forbids.
 */
export const fetchGuide = (factoryId: string): Promise<Element | null> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    // Workers' static assets serve guides/<id>.html under the path without its extension.
    request.open("GET", `/guides/${encodeURIComponent(factoryId)}`);
    request.responseType = "document";
    request.onload = () =>
      resolve(request.status === 200 ? (request.responseXML?.querySelector("article") ?? null) : null);
    request.onerror = () => resolve(null);
    request.send();
  });
