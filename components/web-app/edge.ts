/**
 * What runs at CloudFront's edge, before a request is looked up in the cache: CloudFront Functions, runtime cloudfront-js-2.0. They are
 * kept to ECMAScript 5.1, the language that the runtime has whole ("JavaScript runtime 2.0 features for CloudFront Functions").
 */

/**
 * Every place within the app is the app: a path whose last part has no dot is answered with index.html, so that links into it and
 * reloads work. What has a dot is a file, and 404 when it is not there. Custom error responses would do the same from the
 * outside, but for the whole distribution: they would turn the API's own 403 and 404 into pages, and a missing script into HTML.
 * So places within the app must not end in a part with a dot: user content belongs into the query.
 */
export const SERVE_APP = `function handler(event) {
  var request = event.request;
  var name = request.uri.substring(request.uri.lastIndexOf("/") + 1);
  if (name.indexOf(".") < 0) request.uri = "/index.html";
  return request;
}
`;

/** The API does not know that it is served below /api. */
export const STRIP_API_PREFIX = `function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\\/api(?=\\/)/, "");
  return request;
}
`;
