/** The part we call of the driver's FindCursor. */
export interface MongodbCursor {
  hasNext(): Promise<boolean>;
  readBufferedDocuments(number?: number): object[];
  close(): Promise<void>;
}

/** The part we call of the driver's Collection, version 6 or newer. */
export interface MongodbCollection {
  find(filter: object, options: object): MongodbCursor;
  countDocuments(filter: object, options: object): Promise<number>;
}

/** The part we call of the driver's ClientSession. */
export interface MongodbSession {
  endSession(): Promise<void>;
}

/** The part we call of the driver's MongoClient. */
export interface MongodbClient {
  startSession(options: { readonly snapshot: true }): MongodbSession;
}

/** What we call of the driver's `BSON.EJSON`. */
export interface ExtendedJson {
  serialize(value: unknown, options: { readonly relaxed: false }): unknown;
  deserialize(value: object, options: { readonly relaxed: false }): unknown;
}
