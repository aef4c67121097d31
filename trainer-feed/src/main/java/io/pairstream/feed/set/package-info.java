/**
 * Sets: views written to object storage as WebDataset tars, each with a Parquet index, and the
 * manifests that commit them. A set is read without a platform.
 */
package io.pairstream.feed.set;
