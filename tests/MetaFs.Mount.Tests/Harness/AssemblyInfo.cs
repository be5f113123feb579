// Mount table and process list are the machine's: what is left behind can be told only by one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
