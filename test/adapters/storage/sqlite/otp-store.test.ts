import { otpStoreContract } from '../../../contracts/otp-store.ts';
import { openStore, temporaryFile } from './store-under-test.ts';

otpStoreContract('SQLite in a file', async (t) => {
  const file = temporaryFile(t);
  const store = openStore(t, { file });
  return {
    store,
    reopen: async () => {
      await store.close();
      return openStore(t, { file });
    },
  };
});
