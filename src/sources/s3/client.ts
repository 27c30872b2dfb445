/** The part of `S3` of `@aws-sdk/client-s3` that we call; an `S3Client` lacks these methods. */
export interface S3Like {
  /** Lists a page of the keys below a prefix. */
  listObjectsV2(input: S3ListInput, options: S3CallOptions): Promise<S3Listing>;
  /** Reads an object. */
  getObject(input: S3ObjectInput, options: S3CallOptions): Promise<S3Got>;
  /** Asks for an object's metadata. */
  headObject(input: S3ObjectInput, options: S3CallOptions): Promise<S3Head>;
}
export interface S3CallOptions {
  readonly abortSignal: AbortSignal;
}
export interface S3ListInput {
  readonly Bucket: string;
  readonly Prefix: string;
  readonly MaxKeys: number;
  readonly EncodingType: "url";
  readonly StartAfter?: string;
}
export interface S3Listing {
  readonly Contents?: readonly S3ListedObject[] | undefined;
  readonly EncodingType?: string | undefined;
  readonly IsTruncated?: boolean | undefined;
}
export interface S3ListedObject {
  readonly Key?: string | undefined;
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
}
export interface S3ObjectInput {
  readonly Bucket: string;
  readonly Key: string;
}
export interface S3Got {
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
}
export interface S3Head {
  readonly ContentType?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}
