/** Objects by key, in a folder or in a bucket of S3. */
package io.pairstream.storage;
