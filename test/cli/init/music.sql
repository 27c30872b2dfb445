-- A music shop, in the shape of a well-known sample database: brackets, names in capitals, staff beside customers.
CREATE TABLE [Artist] ([ArtistId] INTEGER NOT NULL, [Name] NVARCHAR(120), CONSTRAINT [PK_Artist] PRIMARY KEY ([ArtistId]));
CREATE TABLE [Album] ([AlbumId] INTEGER NOT NULL, [Title] NVARCHAR(160) NOT NULL, [ArtistId] INTEGER NOT NULL, CONSTRAINT [PK_Album] PRIMARY KEY ([AlbumId]), FOREIGN KEY ([ArtistId]) REFERENCES [Artist] ([ArtistId]));
CREATE TABLE [Employee] (
  [EmployeeId] INTEGER NOT NULL, [LastName] NVARCHAR(20) NOT NULL, [FirstName] NVARCHAR(20) NOT NULL, [ReportsTo] INTEGER, [BirthDate] DATETIME, [Email] NVARCHAR(60),
  CONSTRAINT [PK_Employee] PRIMARY KEY ([EmployeeId]), FOREIGN KEY ([ReportsTo]) REFERENCES [Employee] ([EmployeeId]));
CREATE TABLE [Customer] (
  [CustomerId] INTEGER NOT NULL, [FirstName] NVARCHAR(40) NOT NULL, [LastName] NVARCHAR(20) NOT NULL, [Email] NVARCHAR(60) NOT NULL, [SupportRepId] INTEGER,
  CONSTRAINT [PK_Customer] PRIMARY KEY ([CustomerId]), FOREIGN KEY ([SupportRepId]) REFERENCES [Employee] ([EmployeeId]));
CREATE TABLE [Invoice] (
  [InvoiceId] INTEGER NOT NULL, [CustomerId] INTEGER NOT NULL, [InvoiceDate] DATETIME NOT NULL, [Seen] TIMESTAMP DEFAULT CURRENT_TIMESTAMP, [Total] NUMERIC(10,2) NOT NULL,
  [Status] TEXT NOT NULL DEFAULT 'open' CHECK ([Status] IN ('open', 'paid')), [Scan] BLOB,
  CONSTRAINT [PK_Invoice] PRIMARY KEY ([InvoiceId]), FOREIGN KEY ([CustomerId]) REFERENCES [customer]);
CREATE TABLE [Track] ([TrackId] INTEGER NOT NULL PRIMARY KEY, [Name] NVARCHAR(200) NOT NULL, [AlbumId] INTEGER REFERENCES [Album] ([AlbumId]), [UnitPrice] NUMERIC(10,2) NOT NULL);
CREATE TABLE [InvoiceLine] (
  [InvoiceId] INTEGER NOT NULL, [Line] INTEGER NOT NULL, [TrackId] INTEGER NOT NULL, [Quantity] INTEGER NOT NULL,
  PRIMARY KEY ([InvoiceId], [Line]), FOREIGN KEY ([InvoiceId]) REFERENCES [Invoice] ([InvoiceId]), FOREIGN KEY ([TrackId]) REFERENCES [Track] ([TrackId])) WITHOUT ROWID;
CREATE TABLE [InvoiceLineNote] (
  [InvoiceId] INTEGER, [Line] INTEGER, [Text] TEXT, FOREIGN KEY ([InvoiceId], [Line]) REFERENCES [InvoiceLine] ([InvoiceId], [Line]));
CREATE VIEW [Sales] AS SELECT [CustomerId], sum([Total]) AS [Total] FROM [Invoice] GROUP BY [CustomerId];

INSERT INTO [Employee] VALUES (1, 'Adams', 'Andrew', NULL, '1962-02-18 00:00:00', 'andrew@example.org');
INSERT INTO [Customer] VALUES (1, 'Luis', 'G', 'luis@example.org', 1), (2, 'Leo', 'K', 'leo@example.org', 1), (3, 'Eve', 'M', 'eve@example.org', NULL);
INSERT INTO [Artist] VALUES (1, 'AC/DC');
INSERT INTO [Album] VALUES (1, 'Rock', 1);
INSERT INTO [Track] VALUES (1, 'T', 1, 0.99);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
  INSERT INTO [Invoice] ([InvoiceId], [CustomerId], [InvoiceDate], [Total], [Status], [Scan]) SELECT i, 1 + i % 3, CASE i % 2 WHEN 0 THEN '2021-01-01 00:00:00' ELSE 1600000000 END, i / 100.0, CASE i % 2 WHEN 0 THEN 'open' ELSE 'paid' END, x'00ff' FROM n;
INSERT INTO [InvoiceLine] SELECT [InvoiceId], line.i, 1, 1 FROM [Invoice], (SELECT 1 AS i UNION ALL SELECT 2) line;
INSERT INTO [InvoiceLineNote] SELECT [InvoiceId], [Line], 'n' FROM [InvoiceLine] WHERE [InvoiceId] <= 30;
