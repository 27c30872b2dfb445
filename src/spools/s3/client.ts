/** The part of `S3` of `@aws-sdk/client-s3` that we call; an `S3Client` lacks these methods. */
export interface S3SpoolClient {
  /** Stores an object. */
  putObject(input: S3PutInput, options: S3CallOptions): Promise<unknown>;
  /** Reads an object. */
  getObject(input: S3GetInput, options: S3CallOptions): Promise<S3Got>;
  /** Removes an object. */
  deleteObject(input: S3ObjectInput, options: S3CallOptions): Promise<unknown>;
  /** Lists a page of the keys below a prefix. */
  listObjectsV2(input: S3ListInput, options: S3CallOptions): Promise<S3Listing>;
}
export interface S3CallOptions {
  readonly abortSignal: AbortSignal;
}
export interface S3ObjectInput {
  readonly Bucket: string;
  readonly Key: string;
}
export interface S3PutInput extends S3ObjectInput {
  readonly Body: Uint8Array;
  readonly ContentLength: number;
  readonly ContentType: string;
  /** Base64. */
  readonly ChecksumSHA256: string;
}
export interface S3GetInput extends S3ObjectInput {
  readonly ChecksumMode: "ENABLED";
}
export interface S3Got {
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
}
export interface S3ListInput {
  readonly Bucket: string;
  readonly Prefix: string;
  readonly EncodingType: "url";
  readonly ContinuationToken?: string;
}
export interface S3Listing {
  readonly Contents?: readonly { readonly Key?: string | undefined }[] | undefined;
  readonly EncodingType?: string | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly NextContinuationToken?: string | undefined;
}
