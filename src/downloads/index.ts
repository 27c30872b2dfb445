export type { DownloadBundle, DownloadOptions } from "./answer.ts";
export { openFile } from "./files.ts";
export { downloadHandler } from "./node.ts";
export { openS3Object, type S3ObjectOptions, type S3Reader } from "./s3.ts";
export { createDownloadToken, type DownloadFacts, type DownloadKey, type DownloadTokenOptions } from "./token.ts";
export { fetchDownloadHandler } from "./web.ts";
