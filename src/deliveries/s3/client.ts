/** The part of `S3` of `@aws-sdk/client-s3` that we call; an `S3Client` lacks these methods. */
export interface S3DeliveryClient {
  /** Stores a bundle that fits one request. */
  putObject(input: S3Put, options: S3CallOptions): Promise<S3Stored>;
  /** Begins an upload in parts. */
  createMultipartUpload(input: S3Create, options: S3CallOptions): Promise<{ readonly UploadId?: string | undefined }>;
  /** Sends one part. */
  uploadPart(input: S3Part, options: S3CallOptions): Promise<S3Stored>;
  /** Makes the object of its parts: the commit. */
  completeMultipartUpload(input: S3Complete, options: S3CallOptions): Promise<S3Stored>;
  /** Gives an upload up, and its parts. */
  abortMultipartUpload(input: S3Upload, options: S3CallOptions): Promise<unknown>;
  /** Asks whether the object is there, where an answer was lost. */
  headObject(input: S3Target & S3CustomerKey, options: S3CallOptions): Promise<S3Found>;
  /** Takes a commit back. */
  deleteObject(input: S3Target & { readonly VersionId?: string }, options: S3CallOptions): Promise<unknown>;
}

export interface S3CallOptions {
  readonly abortSignal: AbortSignal;
}

/** How the object is stored, in the words of `PutObject` and `CreateMultipartUpload`. */
export interface S3ObjectSettings extends S3CustomerKey {
  readonly StorageClass?: "STANDARD" | "STANDARD_IA" | "ONEZONE_IA" | "INTELLIGENT_TIERING" | "REDUCED_REDUNDANCY";
  readonly ServerSideEncryption?: "AES256" | "aws:kms" | "aws:kms:dsse";
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
  /** Everybody who may list the bucket or ask for the object sees it: nothing that tells who the person is. */
  readonly Metadata?: Record<string, string>;
  readonly ContentDisposition?: string;
  readonly CacheControl?: string;
  readonly Tagging?: string;
}

/** A key of the caller's own goes with every request. */
export interface S3CustomerKey {
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKey?: string;
  readonly SSECustomerKeyMD5?: string;
}

export interface S3Target {
  readonly Bucket: string;
  readonly Key: string;
}
export interface S3Upload extends S3Target {
  readonly UploadId: string;
}
export interface S3Create extends S3Target, S3ObjectSettings {
  readonly ContentType: string;
  readonly ChecksumAlgorithm?: "SHA256";
}
export interface S3Put extends S3Target, S3ObjectSettings {
  readonly ContentType: string;
  readonly Body: Uint8Array;
  readonly ContentLength: number;
  readonly ChecksumSHA256?: string;
}
export interface S3Part extends S3Upload, S3CustomerKey {
  readonly PartNumber: number;
  readonly Body: Uint8Array;
  readonly ContentLength: number;
  readonly ChecksumSHA256?: string;
}
export interface S3Complete extends S3Upload, S3CustomerKey {
  readonly MultipartUpload: { readonly Parts: S3DonePart[] };
  /** The store refuses to put together anything else. */
  readonly MpuObjectSize: number;
}
export interface S3DonePart extends S3Checksums {
  readonly PartNumber: number;
  readonly ETag: string;
}
export interface S3Checksums {
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
}
export interface S3Stored extends S3Checksums {
  readonly ETag?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly VersionId?: string | undefined;
}
export interface S3Found {
  readonly ETag?: string | undefined;
  readonly ContentLength?: number | undefined;
}
